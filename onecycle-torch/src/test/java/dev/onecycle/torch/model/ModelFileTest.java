package dev.onecycle.torch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2));

  @TempDir static Path folder;
  private static Safetensors sound = new Safetensors(Map.of(), List.of());

  @BeforeAll
  static void write() {
    ImageShape shape = new ImageShape(3, 8, 8);
    Path file = folder.resolve("sound");
    try (Learner learner =
        Learner.prepare(
            Models.byName("resnet20").network(shape, 2, 0),
            ImageSets.noise(shape, 2),
            NORMALIZATION,
            LearnerSettings.defaults())) {
      new ModelFile(
              "resnet20",
              List.of("a", "b"),
              new ModelInput(shape, NORMALIZATION),
              0.5,
              learner.weights())
          .write(file);
    }
    sound = Safetensors.read(file);
  }

  @Test
  void whatIsWrittenIsRead() {
    ModelFile model = ModelFile.read(folder.resolve("sound"));
    assertThat(model.model()).isEqualTo("resnet20");
    assertThat(model.classes()).containsExactly("a", "b");
    assertThat(model.input()).isEqualTo(new ImageShape(3, 8, 8));
    assertThat(model.normalization()).isEqualTo(NORMALIZATION);
    assertThat(model.dropout()).isEqualTo(0.5);
    assertThat(model.network().classes()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "model; resnet21",
        "model; ``",
        "model; resnet2147483648",
        "model; resnet110",
        "classes; null",
        "classes; [1,2]",
        "classes; [null,null]",
        "classes; {}",
        "classes; []",
        "classes; [\"a\"]",
        "classes; [\"a\",\"b\",\"c\"]",
        "classes; [\"a\",\"b\"] x",
        "classes; [[\"a\"],[\"b\"]]",
        "classes; ``",
        "input; null",
        "input; [3,8]",
        "input; [3,8,8,8]",
        "input; [3,-8,8]",
        "input; [3,7,8]",
        "input; [0,8,8]",
        "input; [2,8,8]",
        "input; [1,8,8]",
        "input; [3,8.5,8]",
        "input; [3,null,8]",
        "input; [3,\"8\",8]",
        "input; [3,100000,100000]",
        "input; [3,2147483647,2147483647]",
        "input; [3,99999999999,8]",
        "means; null",
        "means; [0.5,0.5]",
        "means; [0.5,0.5,\"NaN\"]",
        "means; [0.5,0.5,1e400]",
        "stds; [0.2,0.2,0]",
        "stds; [0.2,0.2,-1]",
        "stds; [0.2,0.2,null]",
        "stds; [0.2]",
        "dropout; NaN",
        "dropout; \"NaN\"",
        "dropout; 2",
        "dropout; -0.1",
        "dropout; 1",
        "dropout; null",
        "dropout; 1e400",
        "dropout; {}",
      })
  void hostileMetadataAreRefusedByFileName(String key, String value) {
    Map<String, String> metadata = new TreeMap<>(sound.metadata());
    metadata.put("onecycle." + key, value);
    refused(new Safetensors(metadata, sound.tensors()));
  }

  @Test
  void missingMetadataAreRefused() {
    for (String key : sound.metadata().keySet()) {
      Map<String, String> metadata = new TreeMap<>(sound.metadata());
      metadata.remove(key);
      if (key.startsWith("onecycle.")) {
        refused(new Safetensors(metadata, sound.tensors()));
      }
    }
  }

  @Test
  void aMillionClassesThatTheWeightsDoNotHaveAreRefused() {
    Map<String, String> metadata = new TreeMap<>(sound.metadata());
    metadata.put(
        "onecycle.classes",
        IntStream.range(0, 1_000_000)
            .mapToObj(i -> "\"" + i + "\"")
            .collect(Collectors.joining(",", "[", "]")));
    refused(new Safetensors(metadata, sound.tensors()));
    metadata.put("onecycle.classes", "[".repeat(1_000_000));
    refused(new Safetensors(metadata, sound.tensors()));
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    NamedTensor first = sound.tensors().get(0);
    for (NamedTensor other :
        List.of(
            new NamedTensor("other", first.shape(), first.values()),
            new NamedTensor(first.name(), new long[] {first.values().length}, first.values()),
            new NamedTensor(first.name(), first.shape(), withNaN(first.values())))) {
      List<NamedTensor> tensors = new ArrayList<>(sound.tensors());
      tensors.set(0, other);
      refused(new Safetensors(sound.metadata(), tensors));
    }
    refused(new Safetensors(sound.metadata(), List.of()));
    refused(new Safetensors(sound.metadata(), sound.tensors().subList(1, sound.tensors().size())));
    List<NamedTensor> more = new ArrayList<>(sound.tensors());
    more.add(new NamedTensor("more", new long[] {1}, new float[] {1}));
    refused(new Safetensors(sound.metadata(), more));
  }

  /** Spectrograms, say: whatever can be trained on can be read back. */
  @Test
  void modelsForLargeAndFlatImagesAreRead() {
    Path file = folder.resolve("flat");
    ImageShape shape = new ImageShape(3, 128, 65_535);
    new ModelFile(
            "resnet20", List.of("a", "b"), new ModelInput(shape, NORMALIZATION), 0, sound.tensors())
        .write(file);
    assertThat(ModelFile.readKnown(file).input()).isEqualTo(shape);
  }

  /** The caller, who has that network, checks its weights. */
  @Test
  void aNetworkOfTheUserIsRead() {
    Path file = folder.resolve("own");
    NamedTensor tensor = new NamedTensor("weight", new long[] {1}, new float[] {2});
    new ModelFile(
            "mine",
            List.of("a", "b"),
            new ModelInput(new ImageShape(1, 4, 4), grey()),
            0,
            List.of(tensor))
        .write(file);
    assertThat(ModelFile.read(file).model()).isEqualTo("mine");
    assertThatThrownBy(() -> ModelFile.readKnown(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("mine");
  }

  private static Normalization grey() {
    return new Normalization(List.of(0.5), List.of(0.2));
  }

  @Test
  void aNameWithoutEndIsNoClass() {
    Map<String, String> metadata = new java.util.TreeMap<>(sound.metadata());
    metadata.put("onecycle.classes", "[\"a\",\"" + " ".repeat(200_000) + "\"]");
    refused(new Safetensors(metadata, sound.tensors()));
  }

  private static float[] withNaN(float[] values) {
    float[] changed = values.clone();
    changed[changed.length - 1] = Float.NaN;
    return changed;
  }

  private static void refused(Safetensors content) {
    Path file = folder.resolve("hostile.safetensors");
    content.write(file);
    assertThatThrownBy(() -> ModelFile.readKnown(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("hostile.safetensors");
  }
}
