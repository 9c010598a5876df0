package dev.onecycle.report.tensorboard;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** A file that grows by events; after a failure it stays readable up to the last whole event. */
final class EventFile implements AutoCloseable {
  private final Path path;
  private final OutputStream file;
  private final OutputStream buffer;
  private final RecordWriter records;
  private boolean ended;

  /**
   * Opens an existing file and writes it from its start.
   *
   * @throws CannotWriteException naming the path
   */
  EventFile(Path path) {
    this.path = path;
    try {
      // Not a channel, which an interrupt of the training thread would close.
      file = new FileOutputStream(path.toFile());
    } catch (IOException e) {
      throw IoErrors.cannotCreate(path, e);
    }
    buffer = new BufferedOutputStream(file);
    records = new RecordWriter(buffer);
  }

  /**
   * Creates a file with a unique name. TensorBoard finds it by the name, and sorts files by it.
   *
   * @throws CannotWriteException naming the path
   */
  static EventFile create(Path folder, Instant started) {
    String name =
        "events.out.tfevents."
            + started.getEpochSecond()
            + ".onecycle."
            + ProcessHandle.current().pid();
    for (int n = 0; ; n++) {
      Path path = folder.resolve(name + "." + n);
      try {
        return new EventFile(Files.createFile(path));
      } catch (FileAlreadyExistsException e) {
        // Try the next number: another container can have a process with the same id.
      } catch (IOException e) {
        throw IoErrors.cannotCreate(path, e);
      }
    }
  }

  Path path() {
    return path;
  }

  void append(byte[] event) {
    attempt(() -> records.write(event));
  }

  void flush() {
    attempt(buffer::flush);
  }

  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }

  private void attempt(Write write) {
    try {
      if (ended) {
        throw new IOException("it was closed before");
      }
      write.run();
    } catch (IOException e) {
      ended = true;
      throw IoErrors.cannotWrite(path, e);
    }
  }

  /** Writes the remaining bytes, unless an earlier write has failed and thrown its error. */
  @Override
  public void close() {
    try (file) {
      if (!ended) {
        flush();
        ended = true;
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(path, e);
    }
  }
}
