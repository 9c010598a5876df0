package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What may yet come out of a compressed file, so that a small one cannot fill disk or memory. */
public final class ExpansionLimit {
  private static final long MOST_RATIO = 200;
  private static final long ALWAYS_ALLOWED = 256L << 20;

  private final String name;
  private final long mostBytes;
  private long bytes;

  /**
   * @param name the file, as messages name it
   * @param length its size
   */
  public ExpansionLimit(String name, long length) {
    this.name = name;
    this.mostBytes = Math.max(ALWAYS_ALLOWED, length * MOST_RATIO);
  }

  /** A stream whose bytes are counted. */
  public InputStream counting(InputStream in) {
    return new Counting(in);
  }

  /** Counts bytes that come out otherwise. */
  void count(long more) {
    bytes += more;
    if (bytes > mostBytes) {
      throw new BadDataException(
          name + " expands to more than " + MOST_RATIO + " times its size; it is not read");
    }
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value >= 0) {
        count(1);
      }
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = super.read(target, offset, length);
      count(Math.max(0, n));
      return n;
    }

    @Override
    public long skip(long length) throws IOException {
      long n = super.skip(length);
      count(n);
      return n;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
