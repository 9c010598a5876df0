package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.Measure;
import dev.onecycle.run.files.CsvTable;
import dev.onecycle.run.files.JsonFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochRecordTest {
  private static final EpochRecord EVALUATED =
      new EpochRecord(1, 4, 2.1, 100, 1.5, Optional.of(new EpochRecord.Evaluated(2.0, 0.5, 0.5)));
  private static final EpochRecord NOT = new EpochRecord(0, 2, 2.25, 90, 1.25, Optional.empty());

  @TempDir Path temp;

  private static String json(EpochRecord epoch) throws IOException {
    return new String(JsonFile.bytes(epoch), StandardCharsets.UTF_8).replaceAll("\\s", "");
  }

  @Test
  void evaluatedItIsKeptAsARowOfNumbers() throws IOException {
    assertThat(json(EVALUATED))
        .isEqualTo(
            "{\"epoch\":1,\"steps\":4,\"train_loss\":2.1,\"evaluation_loss\":2.0,\"metrics\":{"
                + "\"accuracy\":0.5},\"samples_per_second\":100.0,\"train_seconds\":1.5,\"evaluation_seconds\":0.5}");
    assertThat(CsvTable.EPOCHS.line(EVALUATED)).isEqualTo("1,4,2.1,2.0,0.5,100.0,1.5,0.5");
  }

  @Test
  void whatWasNotMeasuredIsNoNumber() throws IOException {
    assertThat(json(NOT))
        .isEqualTo(
            "{\"epoch\":0,\"steps\":2,\"train_loss\":2.25,\"evaluation_loss\":null,"
                + "\"metrics\":{},\"samples_per_second\":90.0,\"train_seconds\":1.25,"
                + "\"evaluation_seconds\":null}");
    assertThat(CsvTable.EPOCHS.line(NOT)).isEqualTo("0,2,2.25,,,90.0,1.25,");
    assertThat(NOT.gap()).isEmpty();
  }

  @Test
  void aPositionComesBackAsItWas() throws IOException {
    double odd = Math.nextUp(0.1);
    EpochRecord wild =
        new EpochRecord(
            2,
            6,
            odd,
            1e300,
            0,
            Optional.of(
                new EpochRecord.Evaluated(Double.POSITIVE_INFINITY, odd, Double.MIN_VALUE)));
    EpochRecord lost =
        new EpochRecord(3, 8, 1, 1, 1, Optional.of(new EpochRecord.Evaluated(Double.NaN, 0, 1)));
    TrainingPosition position =
        new TrainingPosition(8, List.of(NOT, EVALUATED, wild, lost), 0, 0, 0, LossWatch.START);
    JsonFile.write(temp.resolve("position.json"), position);
    assertThat(JsonFile.read(temp.resolve("position.json"), TrainingPosition.class, "a position"))
        .isEqualTo(position);
    Path csv = temp.resolve("epochs.csv");
    Files.writeString(csv, CsvTable.EPOCHS.text(position.epochs()));
    assertThat(CsvTable.EPOCHS.read(csv).rows()).isEqualTo(position.epochs());
  }

  @Test
  void aPartOfAnEvaluationIsRefused() throws IOException {
    Path file = temp.resolve("epoch.json");
    JsonFile.write(file, EVALUATED);
    Files.writeString(
        file, Files.readString(file).replace("\"accuracy\" : 0.5", "\"accuracy\" : null"));
    assertThatThrownBy(() -> JsonFile.read(file, EpochRecord.class, "an epoch"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("the evaluation of epoch 1 must be there as a whole or not at all");
    Path csv = temp.resolve("epochs.csv");
    Files.writeString(csv, CsvTable.EPOCHS.text(List.of(NOT)) + "1,2,2.25,2.0,,90.0,1.25,\n");
    assertThat(CsvTable.EPOCHS.read(csv).rows()).containsExactly(NOT);
  }

  @Test
  void otherMetricsStandInTheHeader() throws IOException {
    EpochRecord numbers =
        new EpochRecord(
            0,
            2,
            2.25,
            90,
            1.25,
            Optional.of(new EpochRecord.Evaluated(2, Map.of("mae", 0.25, "r2", -1.5), 0.5)));
    CsvTable<EpochRecord> table =
        CsvTable.epochs(
            List.of(
                new Measure("mae", "error", Measure.Better.LOWER, false),
                Measure.LOSS,
                new Measure("r2", "R²", Measure.Better.HIGHER, false)));
    Path csv = temp.resolve("epochs.csv");
    Files.writeString(csv, table.text(List.of(numbers, NOT)));
    assertThat(csv).content().startsWith("epoch,steps,train_loss,evaluation_loss,mae,r2,samples_");
    assertThat(CsvTable.EPOCHS.read(csv).rows()).containsExactly(numbers, NOT);
    assertThat(EpochRecord.best(List.of(numbers, NOT), Measure.LOSS)).contains(numbers);
    JsonFile.write(temp.resolve("epoch.json"), numbers);
    assertThat(JsonFile.read(temp.resolve("epoch.json"), EpochRecord.class, "an epoch"))
        .isEqualTo(numbers);
  }

  @Test
  void theLastEvaluatedEpochNeedNotBeTheLast() {
    assertThat(EpochRecord.lastEvaluated(List.of())).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(NOT))).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(EVALUATED, NOT))).contains(EVALUATED);
    EpochRecord later =
        new EpochRecord(5, 12, 1, 1, 1, Optional.of(new EpochRecord.Evaluated(1, 0.25, 1)));
    assertThat(EpochRecord.lastEvaluated(List.of(EVALUATED, later, NOT)))
        .flatMap(EpochRecord::evaluated)
        .contains(new Evaluated(1, 0.25, 1));
    assertThat(later.gap()).contains(0.0);
  }
}
