package dev.onecycle.data.archive;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/**
 * A file that is read a window at a time: a list of entries is otherwise read by several calls of
 * the system each. For one thread, like the position of any channel; unlike one of {@code Files},
 * it is not closed by an interrupt, which would look like a damaged file.
 */
final class ReadAhead implements SeekableByteChannel {
  private static final int WINDOW = 1 << 16;

  private final RandomAccessFile file;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private boolean open = true;

  /** Where the window begins in the file, in bytes. */
  private long begin;

  private long position;

  ReadAhead(Path path) throws IOException {
    this.file = new RandomAccessFile(path.toFile(), "r");
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    if ((position < begin || position >= begin + window.limit()) && !fill()) {
      return -1;
    }
    int from = (int) (position - begin);
    int count = Math.min(target.remaining(), window.limit() - from);
    target.put(window.duplicate().position(from).limit(from + count));
    position += count;
    return count;
  }

  /**
   * The window the position lies in; whether there is anything at the position. Windows lie side by
   * side, since the list of entries is searched for backwards.
   */
  private boolean fill() throws IOException {
    long aligned = position - position % WINDOW;
    begin = aligned;
    window.limit(0); // what a failed read leaves of the window before is no part of this one
    file.seek(aligned);
    int filled = 0;
    int count;
    while (filled < WINDOW && (count = file.read(window.array(), filled, WINDOW - filled)) >= 0) {
      filled += count;
    }
    window.limit(filled);
    return position < begin + window.limit();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    if (newPosition < 0) {
      throw new IllegalArgumentException("position must be at least 0 but was " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    return file.length();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    open = false;
    file.close();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }
}
