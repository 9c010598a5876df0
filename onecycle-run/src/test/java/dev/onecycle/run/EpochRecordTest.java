package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.run.files.EpochRow;
import dev.onecycle.run.files.JsonFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochRecordTest {
  private static final EpochRecord JUDGED =
      new EpochRecord(1, 4, 2.1, 100, 1.5, Optional.of(new EpochRecord.Evaluated(2.0, 0.5, 0.5)));
  private static final EpochRecord NOT = new EpochRecord(0, 2, 2.25, 90, 1.25, Optional.empty());

  @TempDir Path temp;

  private static String json(EpochRecord epoch) throws IOException {
    return new String(JsonFile.bytes(epoch), StandardCharsets.UTF_8).replaceAll("\\s", "");
  }

  /** As checkpoints and journals have held it from the beginning. */
  @Test
  void evaluatedItIsKeptAsARowOfNumbers() throws IOException {
    assertThat(json(JUDGED))
        .isEqualTo(
            "{\"epoch\":1,\"steps\":4,\"train_loss\":2.1,\"evaluation_loss\":2.0,\"accuracy\":0.5,"
                + "\"images_per_second\":100.0,\"train_seconds\":1.5,\"evaluation_seconds\":0.5}");
    assertThat(EpochRow.of(JUDGED).line()).isEqualTo("1,4,2.1,2.0,0.5,100.0,1.5,0.5");
  }

  @Test
  void whatWasNotMeasuredIsNoNumber() throws IOException {
    assertThat(json(NOT))
        .isEqualTo(
            "{\"epoch\":0,\"steps\":2,\"train_loss\":2.25,\"evaluation_loss\":null,"
                + "\"accuracy\":null,\"images_per_second\":90.0,\"train_seconds\":1.25,"
                + "\"evaluation_seconds\":null}");
    assertThat(EpochRow.of(NOT).line()).isEqualTo("0,2,2.25,,,90.0,1.25,");
    assertThat(NOT.gap()).isEmpty();
  }

  @Test
  void aPositionComesBackAsItWas() {
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
    TrainingPosition position = new TrainingPosition(8, List.of(NOT, JUDGED, wild, lost), 0, 0, 0);
    JsonFile.write(temp.resolve("position.json"), position);
    assertThat(JsonFile.read(temp.resolve("position.json"), TrainingPosition.class, "a position"))
        .isEqualTo(position);
    for (EpochRecord epoch : position.epochs()) {
      assertThat(EpochRow.read(EpochRow.of(epoch).line().split(",", -1))).isEqualTo(epoch);
    }
  }

  @Test
  void halfAnEvaluationIsNone() throws IOException {
    Path file = temp.resolve("epoch.json");
    JsonFile.write(file, JUDGED);
    Files.writeString(file, Files.readString(file).replace("0.5,", "null,"));
    assertThatThrownBy(() -> JsonFile.read(file, EpochRecord.class, "an epoch"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("the evaluation of epoch 1 must be there as a whole or not at all");
    assertThatThrownBy(() -> EpochRow.read("0,2,2.25,2.0,,90.0,1.25,".split(",", -1)))
        .isInstanceOf(NumberFormatException.class);
  }

  @Test
  void theLastEvaluationIsNotThatOfTheLastEpoch() {
    assertThat(EpochRecord.lastEvaluated(List.of())).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(NOT))).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(JUDGED, NOT))).contains(JUDGED);
    EpochRecord later =
        new EpochRecord(5, 12, 1, 1, 1, Optional.of(new EpochRecord.Evaluated(1, 0.25, 1)));
    assertThat(EpochRecord.lastEvaluated(List.of(JUDGED, later, NOT)))
        .flatMap(EpochRecord::evaluated)
        .contains(new Evaluated(1, 0.25, 1));
    assertThat(later.gap()).contains(0.0);
  }
}
