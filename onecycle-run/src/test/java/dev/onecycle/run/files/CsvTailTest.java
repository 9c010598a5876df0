package dev.onecycle.run.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTailTest {
  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("steps.csv");
  }

  private CsvTail<StepRecord> steps() {
    return new CsvTail<>(CsvTable.STEPS, file);
  }

  private static StepRecord step(long i) {
    return new StepRecord(i, 0, 0.1 + i, 0.95, 2.0 / (i + 1));
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND, StandardOpenOption.CREATE);
  }

  @Test
  void readsWhatIsAddedAndWaitsForTheEndOfALine() throws IOException {
    CsvTail<StepRecord> tail = steps();
    assertThat(tail.update()).as("no file yet").isFalse();
    append("step,epoch,learning_rate,momentum,loss\n");
    assertThat(tail.update()).isFalse();
    String second = CsvTable.STEPS.line(step(1));
    append(CsvTable.STEPS.line(step(0)) + "\n" + second.substring(0, 7));
    assertThat(tail.update()).isTrue();
    assertThat(tail.rows()).containsExactly(step(0));
    assertThat(tail.update()).isFalse();
    append(second.substring(7) + "\nnot a row\n,,,,\n\n" + CsvTable.STEPS.line(step(2)) + "\n");
    assertThat(tail.update()).isTrue();
    assertThat(tail.rows()).containsExactly(step(0), step(1), step(2));
  }

  /** As a run that goes back does, and as one that was resumed. */
  @Test
  void aFileThatIsShortenedOrReplacedIsReadAnew() throws IOException {
    Files.writeString(file, CsvTable.STEPS.text(List.of(step(0), step(1), step(2))));
    CsvTail<StepRecord> tail = steps();
    assertThat(tail.update()).isTrue();
    Files.writeString(file, CsvTable.STEPS.text(List.of(step(0))));
    assertThat(tail.update()).isTrue();
    assertThat(tail.rows()).containsExactly(step(0));

    List<StepRecord> others = LongStream.range(5, 15).mapToObj(CsvTailTest::step).toList();
    Path other = Files.writeString(folder.resolve("other"), CsvTable.STEPS.text(others));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(tail.update()).as("longer than before").isTrue();
    assertThat(tail.rows()).isEqualTo(others);

    Files.delete(file);
    assertThat(tail.update()).isTrue();
    assertThat(tail.rows()).isEmpty();
  }

  @Test
  void manyRowsAreTheSameAsReadAtOnce() throws IOException {
    List<StepRecord> all = LongStream.range(0, 20_000).mapToObj(CsvTailTest::step).toList();
    String text = CsvTable.STEPS.text(all);
    CsvTail<StepRecord> tail = steps();
    for (int at = 0; at < text.length(); at += 99_991) {
      append(text.substring(at, Math.min(text.length(), at + 99_991)));
      tail.update();
    }
    assertThat(tail.rows()).isEqualTo(all);
    assertThat(CsvTable.STEPS.read(file).rows()).isEqualTo(all);
  }

  @Test
  void aLineWithoutEndTakesNoMemory() throws IOException {
    append("step,epoch,learning_rate,momentum,loss\n" + "1".repeat(1_000_000));
    CsvTail<StepRecord> tail = steps();
    assertThat(tail.update()).isFalse();
    append("\n" + CsvTable.STEPS.line(step(7)) + "\n");
    assertThat(tail.update()).isTrue();
    assertThat(tail.rows()).containsExactly(step(7));
  }

  @Test
  void metricsOfTheHeaderAreRead() throws IOException {
    file = folder.resolve("epochs.csv");
    append(
        "epoch,steps,train_loss,evaluation_loss,mean_absolute_error,samples_per_second,"
            + "train_seconds,evaluation_seconds\n0,10,2.0,1.5,0.25,100.0,3.0,0.5\n");
    CsvTail<EpochRecord> tail = new CsvTail<>(CsvTable.EPOCHS, file);
    tail.update();
    assertThat(tail.rows().get(0).evaluated().orElseThrow().metrics())
        .containsEntry("mean_absolute_error", 0.25);
  }
}
