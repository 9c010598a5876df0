package dev.onecycle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tar shards by every command, with images that are decoded each time they are read. */
@Tag("long")
class ShardsTest {
  private static final int SIDE = 8;
  private static final int EPOCHS = 8;

  @TempDir static Path shared = Path.of("");
  private static Path shards = Path.of("");
  private static Path whole = Path.of("");
  private static Cli.Result training = new Cli.Result(-1, "", "");

  @TempDir Path temp;

  @BeforeAll
  static void trainWithoutRoom() throws IOException {
    shards = Files.createDirectory(shared.resolve("shards"));
    shard("colours-train-0000.tar", 0, 20);
    shard("colours-train-0001.tar", 20, 40);
    shard("colours-test-0000.tar", 40, 50);
    whole = shared.resolve("whole");
    training = Cli.run(words(whole, "when-read", 0).toArray());
    assertThat(training.code()).as(training.err()).isZero();
  }

  private static void shard(String name, int begin, int end) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = begin; i < end; i++) {
      for (int label = 0; label < TestData.COLOURS.size(); label++) {
        String key = i + "-" + label;
        files.put(key + ".png", TestData.colourPng(100L * i + label, label, SIDE, SIDE));
        files.put(key + ".cls", TestData.COLOURS.get(label).getBytes(UTF_8));
      }
    }
    Files.write(shards.resolve(name), TestArchives.tar(files));
  }

  private static List<Object> words(Path run, String cache, Object room) {
    List<Object> words = new ArrayList<>(List.of("train", shards, "--out", run));
    words.addAll(List.of("--epochs", EPOCHS, "--max-lr", 0.05, "--batch-size", 8));
    words.addAll(List.of("--threads", 1, "--image-size", SIDE, "--seed", 3));
    words.addAll(List.of("--cache", shared.resolve(cache), "--max-cache", room));
    return words;
  }

  private static void assertSameBits(Path run) throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(whole.resolve(name), run.resolve(name))).as(name).isEqualTo(-1);
    }
  }

  /** The bytes of a cache's files of decoded images. */
  private static long size(String cache) throws IOException {
    try (Stream<Path> files = Files.walk(shared.resolve(cache))) {
      return files
          .map(Path::toFile)
          .filter(file -> file.getName().endsWith(".images"))
          .mapToLong(File::length)
          .sum();
    }
  }

  @Test
  void aBoundOfTheCacheChangesNothingButTheCache() throws IOException {
    assertThat(training.out() + training.err()).contains("decoded each time they are read");
    Path cached = temp.resolve("cached");
    Cli.Result result = Cli.run(words(cached, "kept", "1M").toArray());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out() + result.err()).doesNotContain("decoded each time they are read");
    assertSameBits(cached);
    long pixels = 150L * 3 * SIDE * SIDE;
    assertThat(size("kept")).isGreaterThan(pixels);
    assertThat(size("when-read")).isLessThan(pixels);
    assertThat(Cli.parse(cached.resolve("run.json")).at("/config/max_cache").asLong())
        .isEqualTo(1 << 20);
  }

  @Test
  void everyCommandThatReadsImagesHasTheBound() {
    for (String command :
        List.of("train", "find-lr", "sweep", "tune", "find-batch-size", "fine-tune")) {
      List<Object> words = new ArrayList<>(List.of(command, shards, "--max-cache", "2G"));
      words.add("--print-config");
      if (command.equals("fine-tune")) {
        words.addAll(List.of("--from", whole));
      }
      Cli.Result result = Cli.run(words.toArray());
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out()).as(command).contains("max_cache: 2147483648");
    }
    Path cache = temp.resolve("cache");
    Cli.Result shown =
        Cli.run("show", shards, "--max-cache", 0, "--cache", cache, "--out", temp.resolve("b.png"));
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.out() + shown.err()).contains("decoded each time they are read");
    Cli.Result wrong = Cli.run("train", shards, "--max-cache", "much");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.complaints())
        .singleElement()
        .asString()
        .contains("--max-cache must be an amount such as 20G or 500M but was much");
    assertThat(Cli.run("train", shards, "--max-cache", -1).complaints())
        .singleElement()
        .asString()
        .contains("--max-cache must be at least 0 but was -1");
  }

  /** As a real process that is killed by signal 9, and resumed by another. */
  @Test
  void aKilledRunIsResumedToTheSameBits() throws IOException {
    Path run = temp.resolve("run");
    KilledProcess.afterEpochs(2, run, words(run, "when-read", 0));
    Cli.Result resumed = Cli.run("resume", run);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out() + resumed.err()).contains("decoded each time they are read");
    assertSameBits(run);
  }

  @Test
  void shardsAreEvaluated() {
    JsonNode outcome = Cli.parse(whole.resolve("run.json")).get("outcome");
    Path cache = temp.resolve("cache");
    // Shards of one set are all images that there are.
    Map<String, String> named =
        Map.of("test", shards + "", "validation", shards + "/colours-test-{0000..0000}.tar");
    named.forEach(
        (name, data) -> {
          Cli.Result result =
              Cli.run("evaluate", whole, data, "--cache", cache, "--max-cache", 0, "--json");
          assertThat(result.code()).as(result.err()).isZero();
          assertThat(result.json().get("images").asInt()).isEqualTo(30);
          assertThat(result.json().get(name + "_loss").asDouble())
              .as(data)
              .isEqualTo(outcome.get("test_loss").asDouble());
        });
    Cli.Result heldOut = Cli.run("evaluate", whole, "--cache", cache, "--json");
    assertThat(heldOut.json().get("test_loss").asDouble())
        .isEqualTo(outcome.get("test_loss").asDouble());
  }

  @Test
  void imagesOfShardsArePredicted() {
    String pattern = shards + "/colours-train-{0000..0001}.tar";
    Cli.Result some = Cli.run("predict", whole, pattern, "--json");
    assertThat(some.code()).as(some.err()).isZero();
    assertThat(some.json().get("images").asInt()).isEqualTo(120);
    assertThat(some.err()).as("classes beside images are no litter").doesNotContain("left out");
    Cli.Result all = Cli.run("predict", whole, shards, "--json");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.json().get("images").asInt()).isEqualTo(150);
    JsonNode first = all.json().at("/predictions/0");
    assertThat(first.get("file").asText()).endsWith("colours-test-0000.tar/40-0.png");
    assertThat(first.get("class").asText()).isEqualTo("blue");
    Cli.Result missing = Cli.run("predict", whole, shards + "/colours-train-{0000..0002}.tar");
    assertThat(missing.code()).isEqualTo(65);
    assertThat(missing.complaints())
        .singleElement()
        .asString()
        .contains("1 of 3 shards of", "are missing:", "colours-train-0002.tar");
  }
}
