package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.EpochRecord.Evaluated;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochRecordTest {
  private static final EpochRecord JUDGED = new EpochRecord(1, 4, 2.1, 2.0, 0.5, 100, 1.5, 0.5);
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
            "{\"epoch\":1,\"steps\":4,\"trainLoss\":2.1,\"evaluationLoss\":2.0,\"accuracy\":0.5,"
                + "\"imagesPerSecond\":100.0,\"trainSeconds\":1.5,\"evaluationSeconds\":0.5}");
    assertThat(EpochLine.of(JUDGED)).isEqualTo("1,4,2.1,2.0,0.5,100.0,1.5,0.5");
  }

  @Test
  void whatWasNotMeasuredIsNoNumber() throws IOException {
    assertThat(json(NOT))
        .isEqualTo(
            "{\"epoch\":0,\"steps\":2,\"trainLoss\":2.25,\"evaluationLoss\":null,"
                + "\"accuracy\":null,\"imagesPerSecond\":90.0,\"trainSeconds\":1.25,"
                + "\"evaluationSeconds\":null}");
    assertThat(EpochLine.of(NOT)).isEqualTo("0,2,2.25,,,90.0,1.25,");
    assertThat(NOT.gap()).isEmpty();
  }

  @Test
  void aPositionComesBackAsItWas() {
    double odd = Math.nextUp(0.1);
    EpochRecord wild =
        new EpochRecord(2, 6, odd, Double.POSITIVE_INFINITY, odd, 1e300, 0, Double.MIN_VALUE);
    EpochRecord lost = new EpochRecord(3, 8, 1, Double.NaN, 0, 1, 1, 1);
    Position position = new Position(8, List.of(NOT, JUDGED, wild, lost), 0, 0, 0);
    JsonFile.write(temp.resolve("position.json"), position);
    assertThat(JsonFile.read(temp.resolve("position.json"), Position.class, "a position"))
        .isEqualTo(position);
    for (EpochRecord epoch : position.epochs()) {
      assertThat(EpochLine.read(EpochLine.of(epoch).split(",", -1))).isEqualTo(epoch);
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
    assertThatThrownBy(() -> EpochLine.read("0,2,2.25,2.0,,90.0,1.25,".split(",", -1)))
        .isInstanceOf(NumberFormatException.class);
  }

  @Test
  void theLastEvaluationIsNotThatOfTheLastEpoch() {
    assertThat(EpochRecord.lastEvaluated(List.of())).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(NOT))).isEmpty();
    assertThat(EpochRecord.lastEvaluated(List.of(JUDGED, NOT))).contains(JUDGED);
    EpochRecord later = new EpochRecord(5, 12, 1, 1, 0.25, 1, 1, 1);
    assertThat(EpochRecord.lastEvaluated(List.of(JUDGED, later, NOT)))
        .flatMap(EpochRecord::evaluated)
        .contains(new Evaluated(1, 0.25, 1));
    assertThat(later.gap()).contains(0.0);
  }
}
