package dev.onecycle.data.archive;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/**
 * A file that is read in windows, because reading a list of entries directly takes several system
 * calls for each entry. For use by one thread. Unlike a channel of {@code Files} it is not closed
 * by an interrupt, which would look like a damaged file.
 */
final class ReadAhead implements SeekableByteChannel {
  private static final int WINDOW = 1 << 16;

  private final RandomAccessFile file;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private boolean open = true;

  /** The position of the window in the file, in bytes. */
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
   * Fills the window that contains the position; returns whether the file has a byte there. Windows
   * do not overlap, because the list of entries is searched backwards.
   */
  private boolean fill() throws IOException {
    long aligned = position - position % WINDOW;
    begin = aligned;
    window.limit(0); // so that a failed read leaves no bytes of the former window
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
