package dev.onecycle.run.files;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A text file that grows by lines. Lines that cannot be written stay in memory and are tried again
 * with the next {@link #flush}; the file then ends where it did before.
 */
public final class GrowingFile {
  private final Path path;
  private final StringBuilder pending = new StringBuilder();
  private long length;
  private boolean anew;

  private GrowingFile(Path path, long length) {
    this.path = path;
    this.length = length;
  }

  /** Starts a file with some lines; one that exists is replaced. */
  public static GrowingFile of(Path path, String lines) {
    AtomicFile.writeText(path, lines);
    return new GrowingFile(path, lines.getBytes(StandardCharsets.UTF_8).length);
  }

  /** Adds a line, without its end; on disk with the next {@link #flush}. */
  public void append(String line) {
    pending.append(line).append('\n');
  }

  /**
   * Removes the lines whose first cell is a number of at least a limit; on disk with the next
   * {@link #flush}.
   *
   * @throws CannotWriteException where the file has been removed
   */
  public void cut(long limit) {
    try {
      String written = anew ? "" : Files.readString(path).substring(0, Math.toIntExact(length));
      List<String> all = (written + pending).lines().toList();
      pending.setLength(0);
      all.stream().filter(line -> before(limit, line)).forEach(this::append);
      anew = true;
    } catch (IOException e) {
      throw IoErrors.cannotWrite(path, e);
    }
  }

  private static boolean before(long limit, String line) {
    String first = line.substring(0, Math.max(0, line.indexOf(',')));
    return !first.matches("\\d{1,18}") || Long.parseLong(first) < limit;
  }

  /**
   * Writes the lines that are not on disk yet.
   *
   * @throws CannotWriteException naming the file
   */
  public void flush() {
    if (pending.isEmpty()) {
      return;
    }
    byte[] bytes = pending.toString().getBytes(StandardCharsets.UTF_8);
    if (anew) {
      AtomicFile.write(path, out -> out.write(bytes));
    } else {
      append(bytes);
    }
    length = (anew ? 0 : length) + bytes.length;
    anew = false;
    pending.setLength(0);
  }

  private void append(byte[] bytes) {
    try {
      write(bytes);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(path, e);
    }
  }

  /** Not to a channel of {@link Files}, which an interrupt of the training thread would close. */
  private void write(byte[] bytes) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("it has been removed during the run");
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      if (file.length() < length) {
        throw new IOException("it has been shortened during the run");
      }
      try {
        file.seek(length);
        Faults.writing("csv.append");
        file.write(bytes);
        file.getFD().sync();
      } catch (IOException e) {
        file.setLength(length);
        throw e;
      }
    }
  }
}
