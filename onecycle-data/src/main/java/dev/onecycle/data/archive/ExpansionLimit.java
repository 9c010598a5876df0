package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A bound on the expansion of a compressed file, so that a small file cannot fill the disk. */
public final class ExpansionLimit {
  private static final long MAX_RATIO = 200;
  private static final long ALWAYS_ALLOWED = 256L << 20;

  private final String name;
  private final long maxBytes;
  private long bytes;

  /**
   * @param name the name of the file in messages
   * @param length the size of the file in bytes
   */
  public ExpansionLimit(String name, long length) {
    this.name = name;
    this.maxBytes = Math.max(ALWAYS_ALLOWED, length * MAX_RATIO);
  }

  /** A stream whose bytes count against the limit. */
  public InputStream counting(InputStream in) {
    return new Counting(in);
  }

  /** Counts bytes that were expanded in another way. */
  void count(long more) {
    bytes += more;
    if (bytes > maxBytes) {
      throw new BadDataException(
          name + " expands to more than " + MAX_RATIO + " times its size; it is not read");
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
