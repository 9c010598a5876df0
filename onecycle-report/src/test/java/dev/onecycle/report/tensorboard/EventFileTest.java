package dev.onecycle.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.record.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  /** Linux: a file on a disk that is always full. */
  private static final Path FULL = Path.of("/dev/full");

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));

  @TempDir Path folder;

  @Test
  void namesHaveTheTimeAndAreUnique() {
    Path run = folder.resolve("run/tensorboard");
    String name = "events.out.tfevents.1700000000.onecycle." + ProcessHandle.current().pid();
    try (TensorBoardEvents first = TensorBoardEvents.create(run, CLOCK);
        TensorBoardEvents second = TensorBoardEvents.create(run, CLOCK)) {
      assertThat(first.path()).isEqualTo(run.resolve(name + ".0"));
      assertThat(second.path()).isEqualTo(run.resolve(name + ".1"));
    }
    assertThat(run.resolve(name + ".0")).isNotEmptyFile();
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    for (Path blocked : new Path[] {file, file.resolve("tensorboard"), Path.of("/proc/onecycle")}) {
      assertThatThrownBy(() -> TensorBoardEvents.create(blocked))
          .asInstanceOf(type(CannotWriteException.class))
          .returns(false, CannotWriteException::created)
          .extracting(CannotWriteException::getMessage)
          .asString()
          .startsWith(blocked + " cannot be created: ");
    }
  }

  @Test
  void aFileThatCannotBeMadeInItsFolderIsNamed() {
    Path folder = Path.of("/proc/self");
    assumeTrue(Files.isDirectory(folder));

    assertThatThrownBy(() -> TensorBoardEvents.create(folder))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageStartingWith(folder + "/events.out.tfevents.")
        .hasMessageContaining(" cannot be created: ");
  }

  @Test
  void aFullDiskIsNamedAtTheStart() {
    assumeTrue(Files.exists(FULL));
    assertThatThrownBy(() -> new TensorBoardEvents(new EventFile(FULL), CLOCK))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageStartingWith("/dev/full cannot be written: ")
        .hasNoSuppressedExceptions();
  }

  @Test
  void aDiskThatFillsUpEndsTheFile() {
    assumeTrue(Files.exists(FULL));
    EventFile file = new EventFile(FULL);
    file.append(new byte[10]);
    assertThatThrownBy(file::flush)
        .asInstanceOf(type(CannotWriteException.class))
        .returns(true, CannotWriteException::created);

    assertThatThrownBy(() -> file.append(new byte[10]))
        .isInstanceOf(CannotWriteException.class)
        .hasMessage("/dev/full cannot be written: it was closed before");
    assertThatCode(file::close).as("the failure was told").doesNotThrowAnyException();
  }

  @Test
  void closingCanFailToWriteTheRest() {
    assumeTrue(Files.exists(FULL));
    EventFile file = new EventFile(FULL);
    file.append(new byte[10]);

    assertThatThrownBy(file::close)
        .isInstanceOf(CannotWriteException.class)
        .hasMessageStartingWith("/dev/full cannot be written: ");
  }

  @Test
  void aClosedFileRefusesEvents() {
    TensorBoardEvents events = TensorBoardEvents.create(folder, CLOCK);
    events.close();

    assertThatThrownBy(() -> events.step(new StepRecord(0, 0, 0.1, 0.9, 1)))
        .isInstanceOf(CannotWriteException.class)
        .hasMessage(events.path() + " cannot be written: it was closed before");
  }
}
