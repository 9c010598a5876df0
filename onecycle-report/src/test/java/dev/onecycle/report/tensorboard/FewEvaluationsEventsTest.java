package dev.onecycle.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FewEvaluationsEventsTest {
  @TempDir Path folder;

  @Test
  void anEpochWithoutEvaluationHasNoValidationScalars() throws IOException {
    TensorBoardEvents events = TensorBoardEvents.create(folder);
    try (events) {
      events.epoch(new EpochRecord(0, 10, 2, 1000, 3, Optional.empty()));
      events.epoch(
          new EpochRecord(1, 20, 2, 1000, 3, Optional.of(new EpochRecord.Evaluated(1.75, 0.5, 1))));
    }
    String text = Files.readString(events.path(), StandardCharsets.ISO_8859_1);
    assertThat(text.split("train/epoch_loss", -1)).hasSize(3);
    assertThat(text.split("samples_per_second", -1)).hasSize(3);
    assertThat(text.split("validation/loss", -1)).hasSize(2);
    assertThat(text.split("validation/accuracy", -1)).hasSize(2);
    assertThat(text.indexOf("validation/loss")).isGreaterThan(text.lastIndexOf("train/epoch_loss"));
  }
}
