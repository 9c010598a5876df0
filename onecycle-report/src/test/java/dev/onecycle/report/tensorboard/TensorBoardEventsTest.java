package dev.onecycle.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.figures.ScheduleFigures;
import dev.onecycle.schedule.OneCycle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000, 250_000_000));

  @TempDir Path folder;

  private TensorBoardEvents events() {
    return TensorBoardEvents.create(folder, CLOCK);
  }

  private static StepRecord step(long step, double loss) {
    return new StepRecord(step, 0, 0.125, 0.75, loss);
  }

  private static EpochRecord epoch(long steps) {
    return new EpochRecord(
        0, steps, 2, 1000, 3, Optional.of(new EpochRecord.Evaluated(1.75, 0.5, 1)));
  }

  private static EventReader.Read read(TensorBoardEvents events) throws IOException {
    return EventReader.read(Files.readAllBytes(events.path()));
  }

  /** The bytes that TensorBoard 2.21's own message classes give, framed by a script. */
  @Test
  void aWholeFileByteByByte() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      events.step(step(0, 2.5));
      events.step(new StepRecord(300, 1, 0.25, 0, Double.NaN));
      events.epoch(
          new EpochRecord(
              1,
              301,
              2,
              1000,
              3,
              Optional.of(new EpochRecord.Evaluated(Double.POSITIVE_INFINITY, 0.5, 1))));
    }

    assertThat(HexFormat.of().formatHex(Files.readAllBytes(events.path())))
        .isEqualTo(
            String.join(
                "",
                "1800000000000000a37f4b22", // 24 bytes
                "0900001040fc54d941", // wall time
                "1a0d627261696e2e4576656e743a32", // brain.Event:2
                "338d2fe9",
                "4500000000000000ebe668b0", // 69 bytes
                "0900001040fc54d941",
                "2a3a", // summary, and no step: it is 0
                "0a110a0a747261696e2f6c6f73731500002040", // train/loss 2.5
                "0a140a0d6c6561726e696e675f72617465150000003e", // learning_rate 0.125
                "0a0f0a086d6f6d656e74756d150000403f", // momentum 0.75
                "f5fe79c7",
                "4800000000000000fe92489d", // 72 bytes
                "0900001040fc54d941",
                "10ac02", // step 300
                "2a3a",
                "0a110a0a747261696e2f6c6f7373150000c07f", // train/loss NaN
                "0a140a0d6c6561726e696e675f72617465150000803e", // learning_rate 0.25
                "0a0f0a086d6f6d656e74756d1500000000", // momentum 0
                "ed57261a",
                "76000000000000004e43f07d", // 118 bytes
                "0900001040fc54d941",
                "10ac02", // step 300
                "2a68",
                "0a170a10747261696e2f65706f63685f6c6f73731500000040", // train/epoch_loss 2
                "0a160a0f76616c69646174696f6e2f6c6f7373150000807f", // validation/loss infinite
                "0a1a0a1376616c69646174696f6e2f6163637572616379150000003f", // accuracy 0.5
                "0a190a1273616d706c65735f7065725f7365636f6e641500007a44", // samples_per_second 1000
                "f36320b6"));
  }

  /** The same message as from TensorFlow: a session log with status START at the step. */
  @Test
  void aRestartVoidsLaterEvents() {
    assertThat(
            HexFormat.of().formatHex(Event.restart(Instant.ofEpochMilli(1_700_000_000_250L), 300)))
        .isEqualTo("0900001040fc54d941" + "10ac02" + "3a020801");
  }

  @Test
  void tensorFlowsTypesReadTheFile() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      events.step(step(0, 2.5));
      events.step(step(1, 0.1));
      events.epoch(epoch(2));
    }
    EventReader.Read read = read(events);

    assertThat(read.truncated()).isFalse();
    assertThat(read.events()).extracting(EventReader.Event::step).containsExactly(0L, 0L, 1L, 1L);
    assertThat(read.events())
        .extracting(EventReader.Event::wallTime)
        .containsOnly(1_700_000_000.25);
    assertThat(read.events())
        .extracting(EventReader.Event::fileVersion)
        .containsExactly("brain.Event:2", "", "", "");
    assertThat(read.events().get(2).scalars())
        .containsOnly(
            entry("train/loss", 0.1f), entry("learning_rate", 0.125f), entry("momentum", 0.75f));
    assertThat(read.events().get(3).scalars())
        .containsOnly(
            entry("train/epoch_loss", 2f),
            entry("validation/loss", 1.75f),
            entry("validation/accuracy", 0.5f),
            entry("samples_per_second", 1000f));
  }

  @Test
  void nonFiniteLossesAreKept() throws IOException {
    TensorBoardEvents events = events();
    double[] losses = {
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, 1e-300, -0.0
    };
    try (events) {
      for (int i = 0; i < losses.length; i++) {
        events.step(step(i, losses[i]));
      }
    }

    assertThat(read(events).events().stream().skip(1).map(e -> e.scalars().get("train/loss")))
        .containsExactly(
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.POSITIVE_INFINITY, // 1e300 has no place in a float
            0f,
            -0f);
  }

  @Test
  void stepsBeyondAnIntAreKept() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      events.step(step(5_000_000_000L, 1));
    }

    assertThat(read(events).events().get(1).step()).isEqualTo(5_000_000_000L);
  }

  @Test
  void aFigureIsItsPngWithItsSize() throws IOException {
    Figure figure = ScheduleFigures.rateAndMomentum(OneCycle.of(1000, 0.8));
    TensorBoardEvents events = events();
    try (events) {
      events.figure("figures/schedule", 7, figure);
    }
    EventReader.Event event = read(events).events().get(1);
    EventReader.Image image = Objects.requireNonNull(event.images().get("figures/schedule"));
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(image.encoded()));

    assertThat(event.step()).isEqualTo(7);
    assertThat(event.images()).hasSize(1);
    assertThat(image.encoded()).isEqualTo(figure.png());
    assertThat(image.width()).isEqualTo(decoded.getWidth()).isNotEqualTo(image.height());
    assertThat(image.height()).isEqualTo(decoded.getHeight());
    assertThat(image.colorspace()).isEqualTo(decoded.getColorModel().getNumComponents());
    byte[] file = Files.readAllBytes(events.path());
    byte[] canonical = event.canonical();
    assertThat(file).containsSequence(canonical);
  }

  @Test
  void aFigureNeedsATagAndAStep() throws IOException {
    Figure figure = ScheduleFigures.rate(OneCycle.of(1000, 0.8));
    try (TensorBoardEvents events = events()) {
      assertThatThrownBy(() -> events.figure(" ", 0, figure))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage("tag must be a name but was \" \"; say what the figure shows");
      assertThatThrownBy(() -> events.figure("schedule", -1, figure))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage("step must be at least 0 but was -1");
      events.close();
      assertThat(read(events).events()).hasSize(1);
    }
  }

  @Test
  void anEpochIsOnDiskWhileTheFileIsOpen() throws IOException {
    try (TensorBoardEvents events = events()) {
      assertThat(read(events).events()).as("the file's version at once").hasSize(1);
      events.step(step(0, 2.5));
      events.epoch(epoch(1));

      EventReader.Read read = read(events);
      assertThat(read.truncated()).isFalse();
      assertThat(read.events()).hasSize(3);
    }
  }

  @Test
  void aKilledProcessLeavesAllEpochsReadable() throws IOException {
    try (TensorBoardEvents events = events()) {
      for (int i = 0; i < 1000; i++) {
        events.step(step(i, 1));
      }
      events.epoch(epoch(1000));
      for (int i = 1000; i < 1500; i++) {
        events.step(step(i, 1));
      }
      // What a kill would leave: some of the later steps, and one of them in part.
      EventReader.Read read = read(events);
      assertThat(read.events()).hasSizeBetween(1002, 1501);
      assertThat(read.events().get(1001).scalars()).containsKey("validation/accuracy");
      assertThat(read.truncated()).isTrue();
    }
  }

  @Test
  void aFileCutAnywhereIsReadUpToTheLastWholeRecord() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      events.step(step(0, 2.5));
      events.epoch(epoch(1));
    }
    byte[] file = Files.readAllBytes(events.path());
    List<Integer> ends = List.of(40, 40 + 85, 40 + 85 + 131);

    assertThat(file).hasSize(ends.get(2));
    for (int length = 0; length <= file.length; length++) {
      int cut = length;
      EventReader.Read read = EventReader.read(Arrays.copyOf(file, cut));
      assertThat(read.events()).hasSize((int) ends.stream().filter(end -> end <= cut).count());
      assertThat(read.truncated()).isEqualTo(cut > 0 && !ends.contains(cut));
    }
  }

  @Test
  void everyBitIsUnderAChecksum() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      events.step(step(0, 2.5));
    }
    byte[] file = Files.readAllBytes(events.path());

    for (int bit = 0; bit < 8 * file.length; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> EventReader.read(damaged))
          .as("bit %d", bit)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("corrupt ");
    }
  }

  @Test
  void anInterruptOfTheTrainingThreadLosesNothing() throws IOException {
    TensorBoardEvents events = events();
    try (events) {
      Thread.currentThread().interrupt();
      events.step(step(0, 2.5));
      events.epoch(epoch(1));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }

    assertThat(read(events).events()).hasSize(3);
  }

  @Test
  void closingTwiceIsFine() throws IOException {
    TensorBoardEvents events = events();
    events.step(step(0, 2.5));
    events.close();
    events.close();

    assertThat(read(events).events()).hasSize(2);
  }
}
