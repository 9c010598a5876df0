package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a tar file with a bound on the length of a header, because a header is held in
 * memory.
 */
final class TarHeaders extends FilterInputStream {
  private static final int BLOCK = 512;
  private static final long MAX_HEADER = 1 << 20;

  private final String archive;
  private boolean inHeader;
  private long left;
  private long position;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();

  TarHeaders(String archive, InputStream in) {
    super(in);
    this.archive = archive;
  }

  void begin() {
    inHeader = true;
    left = MAX_HEADER;
    header.reset();
  }

  void end() {
    inHeader = false;
  }

  /** The number of bytes that were read or passed over. */
  long position() {
    return position;
  }

  @Override
  public long skip(long length) throws IOException {
    long n = super.skip(length);
    position += n;
    return n;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(new byte[] {(byte) value}, 0, value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int n = super.read(target, offset, length);
    count(target, offset, Math.max(0, n));
    return n;
  }

  /** Whether the last header was there, be it that of the end: a file that was cut has none. */
  boolean holdBlock() {
    return header.size() >= BLOCK;
  }

  /** Whether the last header has a line of POSIX with this key and value. */
  boolean hold(String key, byte[] value) {
    String line = key + new String(value, StandardCharsets.ISO_8859_1);
    String text = header.toString(StandardCharsets.ISO_8859_1);
    return text.contains(line + "\n") || text.contains(line + "/\n");
  }

  private void count(byte[] source, int offset, int length) {
    if (inHeader) {
      header.write(source, offset, length);
    }
    left -= length;
    position += length;
    if (inHeader && left < 0) {
      throw new BadDataException(
          archive + " has an entry with a name or description of more than 1 MiB; it is not read");
    }
  }
}
