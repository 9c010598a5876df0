package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code find-lr --from}: the range test of a trained model. */
class FindLrFromTest extends StoppedRun {
  private static final List<Object> SHORT = List.of("--epochs", 1, "--max-lr", 0.01);

  private Cli.Result find(Object... words) throws IOException {
    for (String name : List.of("x.json", "x.csv")) {
      Files.deleteIfExists(scratch.resolve(name));
    }
    List<Object> all = new ArrayList<>(List.of("find-lr", "--repeats", 1, "--range-steps", 25));
    all.addAll(List.of("--svg", scratch.resolve("x.svg"), "--out", scratch.resolve("x.json")));
    all.addAll(List.of("--csv", scratch.resolve("x.csv")));
    all.addAll(List.of(words));
    return Cli.run(all.toArray());
  }

  private double firstLoss() throws IOException {
    return Double.parseDouble(
        Files.readAllLines(scratch.resolve("x.csv")).get(1).split(",", -1)[2]);
  }

  /** Data, batch size and all come from the run; the weights are the trained ones. */
  @Test
  void aRunGivesItsWeightsAndSettings() throws IOException {
    Cli.Result fresh = find(data, "--batch-size", 16, "--dropout", 0.1, "--threads", 1);
    assertThat(fresh.code()).as(fresh.err()).isIn(0, 65);
    double untrained = firstLoss();
    Cli.Result trained = find("--from", whole);
    assertThat(trained.code()).as(trained.err()).isIn(0, 65);
    assertThat(firstLoss()).isLessThan(0.8 * untrained);
    FoundRate found = FoundRate.read(scratch.resolve("x.json"));
    assertThat(found.conditions().get("batch_size")).isEqualTo("16");
    assertThat(found.conditions().get("dropout")).isEqualTo("0.1");
    assertThat(found.conditions().get("weights")).startsWith("from a file, sha256 ");
    Cli.Result printed = Cli.run("find-lr", "--from", whole, "--print-config", "--json");
    assertThat(printed.json().get("from").asText()).isEqualTo(whole.toString());
    Path on = scratch.resolve("on");
    List<Object> words = new ArrayList<>(List.of("train", data, "--from", whole, "--out", on));
    words.addAll(List.of("--batch-size", 16, "--dropout", 0.1, "--threads", 1));
    Cli.Result further = Cli.run(Stream.concat(words.stream(), SHORT.stream()).toArray());
    assertThat(further.code()).as(further.err()).isZero();
    assertThat(found.conditions().differencesTo(RunFolder.read(on).conditions()))
        .as("a training from the run may use the rate")
        .isEmpty();
    Cli.Result other = find("--from", whole, "--batch-size", 32);
    assertThat(other.code()).as(other.err()).isIn(0, 65);
    assertThat(FoundRate.read(scratch.resolve("x.json")).conditions().get("batch_size"))
        .isEqualTo("32");
  }

  /** A model file has no settings but its own; a killed run has the model of its checkpoint. */
  @Test
  void aFileAndAKilledRunDoToo() throws IOException {
    Cli.Result file = find(data, "--from", whole.resolve("model.safetensors"), "--batch-size", 16);
    assertThat(file.code()).as(file.err()).isIn(0, 65);
    double trained = firstLoss();
    Path killed = killed();
    assertThat(killed.resolve("model.safetensors")).doesNotExist();
    Cli.Result checkpoint = find("--from", killed);
    assertThat(checkpoint.code()).as(checkpoint.err()).isIn(0, 65);
    assertThat(firstLoss()).isNotEqualTo(trained);
  }

  /** Photos of other sizes are brought to the size of the model, square or not. */
  @Test
  void aModelOfNonSquareImagesIsTestedOnPhotosOfOtherSizes() throws IOException {
    Path photos = TestData.colours(scratch.resolve("photos"), 20, 4, 24, 16);
    Path run = scratch.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train", photos, "--image-size", "8x12", "--epochs", 1, "--max-lr", 0.01, "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    Cli.Result found = find(photos, "--from", run.resolve("model.safetensors"));
    assertThat(found.err()).doesNotContain("must have the same");
    assertThat(FoundRate.read(scratch.resolve("x.json")).conditions().get("weights"))
        .startsWith("from a file, sha256 ");
  }

  /** With a rule for its arrays, a model is taken as a training takes it, for other classes too. */
  @Test
  void aNewLastLayerIsTestedForOtherClasses() throws IOException {
    Path two = scratch.resolve("cats");
    TestData.catsAndDogs(two, 20);
    Cli.Result found = find(two, "--from", whole, "--head", "new");
    assertThat(found.code()).as(found.err()).isIn(0, 65);
    assertThat(found.err()).doesNotContain("must have the same classes");
    assertThat(FoundRate.read(scratch.resolve("x.json")).conditions().get("weights"))
        .startsWith("from a file, sha256 ")
        .endsWith(", head new");
    Cli.Result without = find("--from", whole, "--head", "new");
    assertThat(without.code()).isEqualTo(2);
    assertThat(without.err()).contains("DATA must be given");
  }

  /** The next training says anew which layers are frozen, and how they are augmented. */
  @Test
  void rulesForTheLayersOfTheRunAreNotInherited() throws IOException {
    Path frozen = scratch.resolve("frozen");
    List<Object> words = new ArrayList<>(List.of("train", data, "--from", whole, "--freeze"));
    words.addAll(List.of("body", "--out", frozen));
    Cli.Result trained = Cli.run(Stream.concat(words.stream(), SHORT.stream()).toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(RunFolder.read(frozen).conditions().byName()).containsKey("layers");
    Cli.Result found = find("--from", frozen, "--augment", "none");
    assertThat(found.code()).as(found.err()).isIn(0, 65);
    assertThat(FoundRate.read(scratch.resolve("x.json")).conditions().byName())
        .doesNotContainKey("layers")
        .containsEntry("augmentation", "none");
  }

  /** A part that the run was given stays; the others are those of the augmentation given now. */
  @Test
  void theAugmentationOfTheRunGivesWayToAnother() throws IOException {
    Path run = scratch.resolve("padded");
    List<Object> words = new ArrayList<>(List.of("train", data, "--augment", "none", "--pad", 4));
    words.addAll(List.of("--out", run));
    Cli.Result trained = Cli.run(Stream.concat(words.stream(), SHORT.stream()).toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(augmentation("--from", run))
        .isEqualTo(RunFolder.read(run).conditions().get("augmentation"));
    assertThat(augmentation("--from", run, "--augment", "small"))
        .isEqualTo(augmentation(data, "--augment", "small", "--pad", 4));
  }

  private String augmentation(Object... words) throws IOException {
    Cli.Result found = find(words);
    assertThat(found.code()).as(found.err()).isIn(0, 65);
    return FoundRate.read(scratch.resolve("x.json")).conditions().get("augmentation");
  }

  @Test
  void anotherModelOrOtherClassesAreRefused() throws IOException {
    Path two = scratch.resolve("cats");
    TestData.catsAndDogs(two, 20);
    Cli.Result classes = find(two, "--from", whole, "--image-size", 8);
    assertThat(classes.code()).isEqualTo(65);
    assertThat(classes.err())
        .contains("the trained model must have the same classes as the images")
        .contains("set --head to new for other classes");
    Cli.Result network = find("--from", whole, "--model", "resnet32");
    assertThat(network.code()).isEqualTo(65);
    assertThat(network.err()).contains("the same network as the images and settings, resnet32");
    Cli.Result none = find("--from", scratch.resolve("none"));
    assertThat(none.code()).isEqualTo(65);
    assertThat(none.err()).contains("none");
  }
}
