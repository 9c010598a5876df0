package dev.onecycle.torch.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.weights.MappingRules.Head;
import dev.onecycle.torch.weights.WeightMapping.Action;
import dev.onecycle.torch.weights.WeightMapping.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightMappingTest {
  private static final MappingRules RULES = MappingRules.defaults();

  @TempDir Path folder;

  /** Every value of an array is the first one plus its index. */
  private static NamedTensor array(String name, float first, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = first + i;
    }
    return new NamedTensor(name, shape, values);
  }

  private static List<NamedTensor> net(int channels, int classes, float first) {
    return List.of(
        array("conv1.weight", first, 2, channels, 3, 3),
        array("bn1.weight", first, 2),
        array("bn1.bias", first, 2),
        array("fc.weight", first, classes, 2),
        array("fc.bias", first, classes),
        array("bn1.running_mean", first, 2),
        array("bn1.running_var", first, 2));
  }

  private static final List<NamedTensor> FILE = net(3, 5, 100);
  private static final List<NamedTensor> NETWORK = net(3, 5, 0);

  private static List<StoredTensor> stored(List<NamedTensor> arrays, UnaryOperator<String> name) {
    return arrays.stream()
        .map(array -> StoredTensor.of(array).named(name.apply(array.name())))
        .toList();
  }

  private static WeightMapping map(
      List<StoredTensor> file, List<NamedTensor> network, MappingRules rules) {
    return WeightMapping.of("w.pth", file, network, rules);
  }

  private static List<StoredTensor> file() {
    return stored(FILE, name -> name);
  }

  private static Map<String, float[]> values(WeightMapping mapping) {
    return mapping.tensors().stream()
        .collect(Collectors.toMap(NamedTensor::name, NamedTensor::values));
  }

  private static void requireFile(WeightMapping mapping) {
    assertThat(mapping.tensors()).hasSameSizeAs(NETWORK);
    for (int i = 0; i < NETWORK.size(); i++) {
      NamedTensor array = mapping.tensors().get(i);
      assertThat(array.name()).isEqualTo(NETWORK.get(i).name());
      assertThat(array.values()).isEqualTo(FILE.get(i).values());
    }
  }

  private static void requireRefused(WeightMapping mapping, String reason) {
    assertThat(mapping.refusal().orElseThrow()).startsWith("w.pth ").contains(reason);
    assertThat(mapping.refusal().get().lines()).hasSize(1);
    assertThatThrownBy(mapping::tensors)
        .isInstanceOf(BadDataException.class)
        .hasMessage(mapping.refusal().get());
  }

  @Test
  void theSameNamesAreTaken() {
    WeightMapping mapping = map(file(), NETWORK, RULES);
    requireFile(mapping);
    assertThat(mapping.rows()).allMatch(row -> row.action() == Action.TAKEN).hasSize(7);
  }

  @Test
  void theOrderOfTheFileDoesNotMatter() {
    List<StoredTensor> file = new ArrayList<>(file());
    Collections.reverse(file);
    requireFile(map(file, NETWORK, RULES));
  }

  /** The file of a network as PyTorch saves it, with a counter in each batch norm. */
  @Test
  void aStateDictOfPyTorchIsTaken() throws IOException {
    Path file = folder.resolve("checkpoint.pth");
    try (InputStream in = WeightMappingTest.class.getResourceAsStream("/weights/checkpoint.pth")) {
      Files.write(file, Objects.requireNonNull(in).readAllBytes());
    }
    WeightFile weights = WeightFile.read(file);
    WeightMapping mapping = WeightMapping.of(weights, NETWORK, RULES);
    assertThat(mapping.refusal()).isEmpty();
    Map<String, StoredTensor> source =
        weights.tensors().stream().collect(Collectors.toMap(StoredTensor::name, t -> t));
    values(mapping)
        .forEach(
            (name, values) ->
                assertThat(values)
                    .isEqualTo(
                        Objects.requireNonNull(source.get("module." + name)).toFloat32().values()));
    assertThat(mapping.text())
        .isEqualTo(
            String.join(
                "\n",
                "from       " + file,
                "           PyTorch file, part model",
                "           the tensors of its part model were taken; it also has tensors in"
                    + " model_ema",
                "renamed    7 arrays: module.conv1.weight → conv1.weight, module.bn1.weight →"
                    + " bn1.weight, module.bn1.bias → bn1.bias …",
                "ignored    1 array: module.bn1.num_batches_tracked"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"module.", "_orig_mod.", "model.", "backbone.", "module.encoder.model."})
  void prefixesOfWrappersGo(String prefix) {
    WeightMapping mapping = map(stored(FILE, name -> prefix + name), NETWORK, RULES);
    requireFile(mapping);
    assertThat(mapping.rows()).allMatch(row -> row.action() == Action.RENAMED);
    assertThat(mapping.json().get("notes").toString()).contains("was removed");
  }

  @Test
  void aPrefixThatTheNetworkHasStays() {
    List<NamedTensor> network = List.of(array("model.fc.weight", 0, 2, 2));
    WeightMapping mapping =
        map(stored(List.of(array("model.fc.weight", 9, 2, 2)), n -> n), network, RULES);
    assertThat(mapping.rows().get(0).action()).isEqualTo(Action.TAKEN);
  }

  /** Which of two networks is meant is not guessed. */
  @Test
  void aGivenPrefixChoosesAndAnUnknownOneIsProposed() {
    List<StoredTensor> both = new ArrayList<>(stored(NETWORK, name -> "teacher." + name));
    both.addAll(stored(FILE, name -> "student." + name));
    requireFile(map(both, NETWORK, RULES.withPrefix("student.")));
    assertThat(map(both, NETWORK, RULES.withPrefix("student.")).rows())
        .filteredOn(row -> row.action() == Action.IGNORED)
        .hasSize(7)
        .allMatch(row -> row.note().equals("without the prefix student."));
    requireRefused(
        map(stored(FILE, name -> "student." + name), NETWORK, RULES),
        "without the prefix student. most would match: set from_prefix to it");
  }

  @Test
  void aPrefixOrARenamingThatMatchesNothingIsRefused() {
    assertThatThrownBy(() -> map(file(), NETWORK, RULES.withPrefix("trunk.")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("prefix must be the start of a name in the file but was trunk.")
        .hasMessageContaining("its names start with bn1., conv1., fc.");
    assertThatThrownBy(
            () -> map(file(), NETWORK, RULES.withRename("fc=fc").withRename("trunk=body")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("rename must be a rule that matches a name but was trunk=body");
  }

  @Test
  void renamingsApplyInTheirOrder() {
    List<StoredTensor> file =
        stored(FILE, name -> name.replace("conv1.", "stem.0.").replace("bn1.", "stem.1."));
    MappingRules rules = RULES.withRename("stem.0.=first.").withRename("/^first\\./=conv1.");
    requireFile(map(file, NETWORK, rules.withRename("/stem\\.(\\d)/=bn$1")));
    assertThatThrownBy(() -> map(file, NETWORK, rules.withRename("/stem/=bn$7")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("groups");
    assertThatThrownBy(() -> RULES.withRename("/(/=x")).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> RULES.withRename("stem")).hasMessageContaining("old=new");
    assertThatThrownBy(() -> map(file, NETWORK, RULES.withRename("/^.*$/=same")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("gives each array another name");
  }

  @Test
  void aHeadOfAnotherSizeIsRefusedUnlessANewOneIsWanted() {
    List<NamedTensor> ten = net(3, 10, 0);
    requireRefused(
        map(file(), ten, RULES),
        "is for another last layer: fc.weight must be [10, 2] but is in the file [5, 2]; set head"
            + " to new");
    for (Head head : List.of(Head.NEW, Head.NEW_IF_OTHER_SIZE)) {
      WeightMapping mapping = map(file(), ten, RULES.withHead(head));
      assertThat(mapping.initial()).containsExactly("fc.weight", "fc.bias");
      assertThat(values(mapping).get("fc.weight")).isEqualTo(ten.get(3).values());
      assertThat(values(mapping).get("fc.bias")).isEqualTo(ten.get(4).values());
      assertThat(values(mapping).get("conv1.weight")).isEqualTo(FILE.get(0).values());
    }
    assertThat(map(file(), NETWORK, RULES.withHead(Head.NEW)).initial()).hasSize(2);
    requireFile(map(file(), NETWORK, RULES.withHead(Head.NEW_IF_OTHER_SIZE)));
    assertThat(map(file(), NETWORK, RULES.withHead(Head.NEW).withHeadName("bn1")).initial())
        .hasSize(4);
    assertThatThrownBy(() -> map(file(), NETWORK, RULES.withHeadName("head")))
        .isInstanceOf(InvalidValueException.class);
  }

  /** A file may lack the last layer, or give it another name. */
  @Test
  void aTrunkAloneNeedsANewHead() {
    List<StoredTensor> trunk =
        file().stream().filter(tensor -> !tensor.name().startsWith("fc.")).toList();
    requireRefused(map(trunk, NETWORK, RULES), "fc.weight must be [5, 2] but is missing");
    assertThat(map(trunk, NETWORK, RULES.withHead(Head.NEW)).refusal()).isEmpty();
    List<StoredTensor> other = stored(FILE, name -> name.replace("fc.", "classifier."));
    WeightMapping mapping = map(other, NETWORK, RULES.withHead(Head.NEW));
    assertThat(mapping.refusal()).isEmpty();
    assertThat(mapping.rows())
        .filteredOn(row -> row.action() == Action.IGNORED)
        .extracting(Row::source)
        .containsExactly("classifier.weight", "classifier.bias");
  }

  /** An array without a layer does not make all others its layer's. */
  @Test
  void aLayerAtTheTopIsNotTheWholeFile() {
    List<StoredTensor> file = new ArrayList<>(file());
    file.add(StoredTensor.of(array("conv2.bias", 0, 2)));
    file.add(StoredTensor.of(array("weight", 0, 2, 2)));
    WeightMapping mapping = map(file, NETWORK, RULES.withHead(Head.NEW));
    requireRefused(mapping, "has 1 array that the network has not, such as conv2.bias");
  }

  @Test
  void anotherNetworkAndHalfOfOneAreRefused() {
    requireRefused(
        map(stored(FILE, name -> "block." + name.replace("1", "2")), NETWORK, RULES),
        "holds weights of another network: it lacks 5 of 5 arrays, such as conv1.weight,"
            + " bn1.weight, bn1.bias; its names start with block.");
    requireRefused(
        map(file().subList(0, 5), NETWORK, RULES),
        "holds only a part of the weights: it lacks 2 of 5 arrays, such as bn1.running_mean,"
            + " bn1.running_var");
    requireRefused(map(List.of(), NETWORK, RULES), "another network");
    List<NamedTensor> wide = new ArrayList<>(NETWORK);
    wide.set(0, array("conv1.weight", 0, 2, 3, 7, 7));
    requireRefused(
        map(file(), wide, RULES),
        "1 array has another shape, such as conv1.weight [2, 3, 7, 7] (in the file [2, 3, 3, 3])");
  }

  /** All arrays of a ResNet-18 are in the file of a ResNet-34, with their shapes. */
  @Test
  void theFileOfALargerNetworkIsRefused() {
    List<StoredTensor> larger = new ArrayList<>(file());
    larger.add(StoredTensor.of(array("conv2.weight", 0, 2, 2, 3, 3)));
    requireRefused(
        map(larger, NETWORK, RULES), "has 1 array that the network has not, such as conv2.weight");
    requireFile(map(larger, NETWORK, RULES.withIgnored("conv2.")));
  }

  @Test
  void valuesThatAreNotFiniteAreNamed() {
    List<NamedTensor> bad = new ArrayList<>(FILE);
    bad.set(1, new NamedTensor("bn1.weight", new long[] {2}, new float[] {1, Float.NaN}));
    requireRefused(
        map(stored(bad, name -> name), NETWORK, RULES),
        "cannot be used: bn1.weight [2] (holds NaN)");
    List<StoredTensor> large = new ArrayList<>(file());
    Elements numbers = Elements.zeros(ElementType.I64, 2);
    numbers.wholes()[1] = 16_777_217;
    large.set(1, new StoredTensor("bn1.weight", new long[] {2}, numbers));
    requireRefused(map(large, NETWORK, RULES), "whole number that float32 cannot hold");
    bad.set(1, FILE.get(1));
    bad.set(6, new NamedTensor("bn1.running_var", new long[] {2}, new float[] {1, -1}));
    requireRefused(
        map(stored(bad, name -> name), NETWORK, RULES),
        "bn1.running_var [2] (holds a negative variance)");
  }

  @Test
  void colourFiltersAreSummedForGreyImagesWhenAsked() {
    List<NamedTensor> grey = net(1, 5, 0);
    requireRefused(
        map(file(), grey, RULES),
        "has a first convolution conv1.weight for 3 channels, but the images are grey");
    WeightMapping mapping = map(file(), grey, RULES.withColoursSummed(true));
    // Filter 1, row 1, column 2: 27 + 5, and 9 and 18 further.
    assertThat(mapping.tensors().get(0).values()[14]).isEqualTo(3 * 100 + 3 * 32 + 27);
    assertThat(mapping.rows().get(0).action()).isEqualTo(Action.SUMMED);
    assertThat(mapping.text())
        .contains("summed     1 array: conv1.weight [2, 1, 3, 3] (the sum over the three colours)");
    requireRefused(map(stored(grey, n -> n), NETWORK, RULES.withColoursSummed(true)), "shape");
  }

  @Test
  void theTableIsShortAsTextAndWholeAsJson() {
    List<StoredTensor> file = new ArrayList<>(stored(FILE, name -> "module." + name));
    Elements counter = Elements.zeros(ElementType.I64, 1);
    for (int i = 0; i < 50; i++) {
      file.add(new StoredTensor("module.bn" + i + ".num_batches_tracked", new long[0], counter));
      file.add(StoredTensor.of(array("module.more" + i, 0, 1)));
    }
    WeightMapping mapping = map(file, net(1, 7, 0), RULES.withHead(Head.NEW));
    assertThat(mapping.text().lines().count()).isLessThanOrEqualTo(12);
    assertThat(mapping.json().get("arrays")).hasSize(107);
    assertThat(mapping.json().get("counts").get("unexpected").asInt()).isEqualTo(50);
    assertThat(mapping.json().get("counts").get("ignored").asInt()).isEqualTo(50);
    assertThat(mapping.json().get("arrays").get(0).toString())
        .isEqualTo(
            "{\"action\":\"misshapen\",\"name\":\"conv1.weight\",\"source\":\"module.conv1.weight\","
                + "\"type\":\"F32\",\"shape\":[2,1,3,3],\"note\":\"in the file [2, 3, 3, 3]\"}");
    assertThat(mapping.json().get("refusal").asText()).contains("for 3 channels");
  }
}
