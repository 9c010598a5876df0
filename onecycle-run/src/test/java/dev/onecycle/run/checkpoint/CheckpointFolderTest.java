package dev.onecycle.run.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.run.checkpoint.CheckpointFolder.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
  @TempDir Path run;

  private CheckpointFolder folder() {
    return new CheckpointFolder(run);
  }

  private Path save(long step, int epoch, boolean best) {
    return save(step, epoch, best, "content of " + step);
  }

  private Path save(long step, int epoch, boolean best, String content) {
    return folder()
        .save(
            step,
            epoch,
            best,
            step,
            List.of(new Part("a.txt", out -> out.write(content.getBytes(StandardCharsets.UTF_8)))));
  }

  private Found<String> newest() {
    return folder().newest(CheckpointFolderTest::content);
  }

  private static String content(Checkpoint checkpoint) {
    try {
      return Files.readString(checkpoint.file("a.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(run.resolve(CheckpointFolder.NAME))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String name(long step, int epoch) {
    return String.format(java.util.Locale.ROOT, "step-%010d-epoch-%06d", step, epoch);
  }

  @Test
  void theLastThreeAndTheBestAreKept() throws IOException {
    for (int i = 0; i < 100; i++) {
      save(i, 0, i == 0 || i == 41);
    }
    assertThat(names())
        .containsExactly("best", "latest", name(41, 0), name(97, 0), name(98, 0), name(99, 0));
    assertThat(Files.readString(run.resolve("checkpoints/latest"))).isEqualTo(name(99, 0) + "\n");
    assertThat(Files.readString(run.resolve("checkpoints/best"))).isEqualTo(name(41, 0) + "\n");
    assertThat(newest().value()).contains("content of 99");
  }

  @Test
  void theBestIsFoundByItsEpoch() {
    CheckpointFolder checkpoints = new CheckpointFolder(run);
    assertThat(checkpoints.best(1)).isEmpty();
    save(10, 1, true);
    Path best = save(20, 2, true);
    save(30, 3, false);
    assertThat(checkpoints.best(2)).hasValue(best);
    assertThat(checkpoints.best(1)).isEmpty();
    assertThat(checkpoints.best(3)).isEmpty();
  }

  private Path saveRising(long step, long soundBefore, boolean best) {
    return folder()
        .save(step, 0, best, soundBefore, List.of(new Part("a.txt", out -> out.write((int) step))));
  }

  @Test
  void theNewestFromBeforeTheLossesRoseIsKept() throws IOException {
    for (int step = 0; step < 12; step++) {
      saveRising(step, step < 6 ? step : 6, step == 3);
    }
    assertThat(names())
        .containsExactly(
            "best", "latest", name(3, 0), name(5, 0), name(9, 0), name(10, 0), name(11, 0));
    assertThat(folder().newestBefore(6, Checkpoint::path).value().orElseThrow())
        .isEqualTo(run.resolve("checkpoints").resolve(name(5, 0)));
    assertThat(folder().newestBefore(11, Checkpoint::path).value().orElseThrow())
        .isEqualTo(run.resolve("checkpoints").resolve(name(10, 0)));
    assertThat(folder().newestBefore(3, Checkpoint::path).value()).isEmpty();
    // The losses fell again.
    saveRising(12, 12, false);
    assertThat(names())
        .containsExactly("best", "latest", name(3, 0), name(10, 0), name(11, 0), name(12, 0));
  }

  @Test
  void goingBackRemovesWhatIsNewer() throws IOException {
    for (int step = 0; step < 4; step++) {
      saveRising(step, step, step == 2);
    }
    CheckpointFolder folder = folder();
    folder.goBack(folder.newestBefore(3, checkpoint -> checkpoint).value().orElseThrow(), true);
    assertThat(names()).containsExactly("best", "latest", name(1, 0), name(2, 0));
    assertThat(run.resolve("checkpoints/latest")).hasContent(name(2, 0));
    folder.goBack(folder.newestBefore(2, checkpoint -> checkpoint).value().orElseThrow(), false);
    assertThat(names()).as("the best is gone too").containsExactly("latest", name(1, 0));
    assertThat(folder.newest(Checkpoint::path).value().orElseThrow().getFileName())
        .hasToString(name(1, 0));
  }

  /** After the last step of an epoch, and after its evaluation: two different states. */
  @Test
  void atOneStepTheOneWithMoreEpochsIsNewer() {
    save(16, 0, false, "not yet");
    save(16, 1, false, "evaluated");
    assertThat(newest().value()).contains("evaluated");
  }

  @Test
  void damagedOnesArePassedOverAndNamed() throws IOException {
    save(1, 0, false);
    save(2, 0, false);
    Path damaged = save(3, 0, false);
    Files.writeString(damaged.resolve("a.txt"), "content of 4");
    Files.delete(run.resolve("checkpoints").resolve(name(2, 0)).resolve(Manifest.FILE));
    Found<String> found = newest();
    assertThat(found.value()).contains("content of 1");
    assertThat(found.notes()).hasSize(2);
    assertThat(found.notes().get(0)).contains(name(3, 0), "a.txt", "damaged");
    assertThat(found.notes().get(1)).contains(name(2, 0));
  }

  @Test
  void whatAReaderCannotUseIsPassedOverToo() {
    save(1, 0, false);
    save(2, 0, false);
    Found<String> found =
        folder()
            .newest(
                checkpoint -> {
                  String content = content(checkpoint);
                  if (content.endsWith("2")) {
                    throw new BadDataException("not a good one");
                  }
                  return content;
                });
    assertThat(found.value()).contains("content of 1");
    assertThat(found.notes()).singleElement().asString().contains(name(2, 0), "not a good one");
  }

  /** A run goes on before a damaged checkpoint, and comes to its step again. */
  @Test
  void aDamagedOneIsReplaced() throws IOException {
    save(1, 0, false);
    Path damaged = save(2, 0, false);
    Files.delete(damaged.resolve("a.txt"));
    assertThat(newest().value()).contains("content of 1");
    save(2, 0, false, "again");
    assertThat(newest().value()).contains("again");
  }

  @Test
  void whatAKilledProcessLeftIsRemovedBeforeTheNext() throws IOException {
    save(1, 0, false);
    Path left = Files.createDirectory(run.resolve("checkpoints/.unfinished-1"));
    Files.writeString(left.resolve("a.txt"), "half");
    Files.writeString(run.resolve("checkpoints/.latest.1.tmp"), "half");
    assertThat(newest().value()).contains("content of 1");
    save(2, 0, false);
    assertThat(names()).containsExactly("latest", name(1, 0), name(2, 0));
  }

  @Test
  void whatCannotBeWrittenLeavesNoTrace() throws IOException {
    save(1, 0, false);
    Part failing =
        new Part(
            "a.txt",
            out -> {
              out.write(new byte[100_000]);
              throw new IOException("No space left on device");
            });
    assertThatThrownBy(() -> folder().save(2, 0, true, 2, List.of(failing)))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining(name(2, 0))
        .hasMessageContaining("No space left on device");
    assertThat(names()).containsExactly("latest", name(1, 0));
    assertThat(newest().value()).contains("content of 1");
  }

  @Test
  void withoutAFolderThereIsNone() {
    assertThat(newest()).isEqualTo(new Found<String>(Optional.empty(), List.of()));
  }

  /** Damaged ones that are newer take no place of those that the run makes anew. */
  @Test
  void afterDamagedOnesAsManyAreKeptAsEver() throws IOException {
    save(1, 0, false);
    for (int step = 40; step < 43; step++) {
      Files.delete(save(step, 0, false).resolve("a.txt"));
    }
    for (int step = 2; step < 6; step++) {
      save(step, 0, false);
      assertThat(newest().value()).contains("content of " + step);
    }
    assertThat(names()).containsExactly("latest", name(3, 0), name(4, 0), name(5, 0));
  }

  @Test
  void aManifestThatNamesNoFilesIsPassedOver() throws IOException {
    save(1, 0, false);
    for (String files :
        List.of("{\"a.txt\":null}", "{\"a\\u0000\":{\"size\":1,\"sha256\":\"\"}}")) {
      Path bad = save(2, 0, false);
      Files.writeString(bad.resolve(Manifest.FILE), "{\"format\":1,\"files\":" + files + "}");
      assertThat(newest().value()).as(files).contains("content of 1");
    }
  }

  /** Killed after the rename: the pointers are those of before. */
  @Test
  void whatWasBegunIsFinishedBeforeARunGoesOn() throws IOException {
    save(1, 0, true);
    save(2, 0, false);
    Files.writeString(run.resolve("checkpoints/latest"), name(1, 0) + "\n");
    Files.createDirectory(run.resolve("checkpoints/.unfinished-1"));
    folder().newest(checkpoint -> checkpoint).value().ifPresent(c -> folder().settle(c, true));
    assertThat(names()).containsExactly("best", "latest", name(1, 0), name(2, 0));
    for (String pointer : List.of("latest", "best")) {
      assertThat(run.resolve("checkpoints").resolve(pointer)).hasContent(name(2, 0));
    }
  }
}
