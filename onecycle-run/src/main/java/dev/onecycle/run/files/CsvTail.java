package dev.onecycle.run.files;

import dev.onecycle.error.IoErrors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file that another process writes: each {@link #update} reads what has been
 * added since the last one. A file that was shortened or replaced, as that of a run which goes back
 * to an earlier step, is read anew. A line that is not whole yet waits for its end; lines that
 * cannot be understood are left out.
 *
 * <p>Not safe for several threads at once.
 */
public final class CsvTail<T> {
  private static final int BUFFER = 1 << 16;

  /** A longer line is no row of numbers. */
  private static final int MAX_LINE = 1 << 14;

  /** Bytes before the present end that must still be there. */
  private static final int KEPT = 128;

  private final CsvTable<T> table;
  private final Path file;
  private final List<T> rows = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private byte[] before = new byte[0];
  private long offset;
  private @Nullable String columns;

  /** A file of which nothing has been read; it need not exist. */
  public CsvTail(CsvTable<T> table, Path file) {
    this.table = table;
    this.file = file;
  }

  /** The whole rows so far, as a view. */
  public List<T> rows() {
    return Collections.unmodifiableList(rows);
  }

  /**
   * Reads what is new; answers whether a row came or went. A file that does not exist has no rows.
   *
   * @throws dev.onecycle.error.BadDataException where it cannot be read
   */
  public boolean update() {
    int known = rows.size();
    if (!Files.isRegularFile(file)) {
      reset();
      return known > 0;
    }
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      boolean anew = !continues(channel);
      if (anew) {
        reset();
      }
      read(channel);
      return anew ? known > 0 || !rows.isEmpty() : rows.size() > known;
    } catch (NoSuchFileException e) {
      reset();
      return known > 0;
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  private void reset() {
    rows.clear();
    line.reset();
    before = new byte[0];
    offset = 0;
    columns = null;
  }

  /** Whether the file still begins with what has been read of it. */
  private boolean continues(SeekableByteChannel channel) throws IOException {
    if (channel.size() < offset) {
      return false;
    }
    ByteBuffer now = ByteBuffer.allocate(before.length);
    channel.position(offset - before.length);
    while (now.hasRemaining() && channel.read(now) >= 0) {
      continue;
    }
    return Arrays.equals(now.array(), before);
  }

  private void read(SeekableByteChannel channel) throws IOException {
    channel.position(offset);
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (channel.read(buffer.clear()) > 0) {
      byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
      offset += bytes.length;
      keep(bytes);
      for (byte b : bytes) {
        add(b);
      }
    }
  }

  private void keep(byte[] bytes) {
    byte[] all = Arrays.copyOf(before, before.length + bytes.length);
    System.arraycopy(bytes, 0, all, before.length, bytes.length);
    before = Arrays.copyOfRange(all, Math.max(0, all.length - KEPT), all.length);
  }

  private void add(byte b) {
    if (b != '\n') {
      if (line.size() <= MAX_LINE) {
        line.write(b);
      }
      return;
    }
    String text = line.size() > MAX_LINE ? "" : line.toString(StandardCharsets.UTF_8).strip();
    line.reset();
    if (columns == null) {
      columns = table.columns(text);
    } else {
      table.parse(columns, text).ifPresent(rows::add);
    }
  }
}
