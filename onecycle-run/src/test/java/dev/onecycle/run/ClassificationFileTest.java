package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.ClassificationRecord.PictureSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassificationFileTest {
  static final PictureSource PICTURES = index -> new Picture(new byte[] {(byte) index, 9});
  private static final Classification SOME =
      new Classification(
          5,
          List.of(new Cell(0, 0, 2), new Cell(0, -1, 1), new Cell(1, 0, 2)),
          List.of(
              new Mistake(4, "long/".repeat(200) + "ö.png", 0, -1, Confidence.UNKNOWN),
              new Mistake(
                  1, "b", 1, 0, new Confidence(Math.nextUp(0.9), 0, Double.POSITIVE_INFINITY)),
              new Mistake(3, "c", 1, 0, new Confidence(0.7, 0.3, -Math.log(0.3)))));

  @TempDir Path temp;

  private Path run() {
    return temp.resolve("run");
  }

  private static ClassificationRecord read(Path folder) {
    return RunFolder.readClassification(folder).orElseThrow();
  }

  @Test
  void comesBackAsItWasWithPictures() {
    try (RunFolder files = RunFolder.create(run(), RunFolderTest.record(), PICTURES)) {
      assertThat(RunFolder.readClassification(run())).as("before the first epoch").isEmpty();
      files.classified(2, SOME);
      ClassificationRecord read = read(run());
      assertThat(read.epoch()).isEqualTo(2);
      assertThat(read.classification()).isEqualTo(SOME);
      assertThat(read.pictures())
          .containsExactly(
              new Picture(new byte[] {4, 9}),
              new Picture(new byte[] {1, 9}),
              new Picture(new byte[] {3, 9}));
    }
  }

  @Test
  void theLastEpochReplacesTheOneBefore() throws IOException {
    try (RunFolder files = RunFolder.create(run(), RunFolderTest.record())) {
      files.classified(0, SOME);
      Classification perfect = new Classification(5, List.of(new Cell(0, 0, 5)), List.of());
      files.classified(1, perfect);
      assertThat(read(run())).isEqualTo(new ClassificationRecord(1, perfect, List.of()));
    }
    try (var entries = Files.list(run())) {
      assertThat(entries.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder(
              ".lock", "classification.json", "epochs.csv", "run.json", "steps.csv");
    }
  }

  @Test
  void withoutADataSetMistakesHaveNoPictures() {
    try (RunFolder files = RunFolder.create(run(), RunFolderTest.record())) {
      files.classified(0, SOME);
    }
    assertThat(read(run())).isEqualTo(new ClassificationRecord(0, SOME, List.of()));
  }

  /** An interrupt asks the training to stop; what it has come to is kept all the same. */
  @Test
  void isWrittenWhileAnInterruptIsPending() {
    try (RunFolder files = RunFolder.create(run(), RunFolderTest.record(), PICTURES)) {
      Thread.currentThread().interrupt();
      files.classified(0, SOME);
      assertThat(Thread.interrupted()).as("the interrupt stays pending").isTrue();
    }
    assertThat(read(run()).classification()).isEqualTo(SOME);
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    Path file = temp.resolve("classification.json");
    for (String damaged :
        List.of(
            "",
            "{\"epoch\": 0, \"classific",
            "{\"epoch\": 0, \"pictures\": []}",
            "{\"epoch\": 0, \"pictures\": [], \"classification\":"
                + " {\"images\": 3, \"cells\": [], \"worst\": []}}",
            "{\"epoch\": 0, \"pictures\": [{\"png\": \"?\"}], \"classification\":"
                + " {\"images\": 0, \"cells\": [], \"worst\": []}}")) {
      Files.writeString(file, damaged);
      assertThatThrownBy(() -> RunFolder.readClassification(temp))
          .as(damaged)
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining(file + " is not a classification");
    }
  }

  @Test
  void picturesAreEqualByTheirBytes() {
    Picture picture = new Picture(new byte[] {1, 2});
    assertThat(picture).isEqualTo(new Picture(new byte[] {1, 2}));
    assertThat(picture).hasSameHashCodeAs(new Picture(new byte[] {1, 2}));
    assertThat(picture).isNotEqualTo(new Picture(new byte[] {1, 3}));
  }

  @Test
  void severalListenersAreToldInOrder() {
    List<String> told = new java.util.ArrayList<>();
    TrainingListener.all(
            new TrainingListener() {
              @Override
              public void classified(int epoch, Classification classification) {
                told.add("first " + epoch + " " + classification.images());
              }
            },
            new TrainingListener() {
              @Override
              public void classified(int epoch, Classification classification) {
                told.add("second " + epoch + " " + classification.images());
              }
            })
        .classified(7, SOME);
    assertThat(told).containsExactly("first 7 5", "second 7 5");
  }
}
