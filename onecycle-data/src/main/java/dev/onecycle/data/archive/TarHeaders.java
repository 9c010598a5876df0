package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a tar file with a bound on the length of a header, because a header is held in
 * memory.
 */
final class TarHeaders extends FilterInputStream {
  private static final long MAX_HEADER = 1 << 20;

  private final String archive;
  private boolean inHeader;
  private long left;

  TarHeaders(String archive, InputStream in) {
    super(in);
    this.archive = archive;
  }

  void begin() {
    inHeader = true;
    left = MAX_HEADER;
  }

  void end() {
    inHeader = false;
  }

  @Override
  public int read() throws IOException {
    count(1);
    return super.read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = super.read(target, offset, length);
    count(n);
    return n;
  }

  private void count(int bytes) {
    left -= bytes;
    if (inHeader && left < 0) {
      throw new BadDataException(
          archive + " has an entry with a name or description of more than 1 MiB; it is not read");
    }
  }
}
