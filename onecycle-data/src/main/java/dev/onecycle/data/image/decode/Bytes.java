package dev.onecycle.data.image.decode;

import java.nio.charset.StandardCharsets;

/** Numbers and letters at positions of a file. */
final class Bytes {
  private Bytes() {}

  static int u8(byte[] file, long at) {
    return file[(int) at] & 0xFF;
  }

  static int u16(byte[] file, long at, boolean bigEndian) {
    int first = u8(file, at);
    int second = u8(file, at + 1);
    return bigEndian ? first << 8 | second : second << 8 | first;
  }

  /** An unsigned number of four bytes. */
  static long u32(byte[] file, long at, boolean bigEndian) {
    long first = u16(file, at, bigEndian);
    long second = u16(file, at + 2, bigEndian);
    return bigEndian ? first << 16 | second : second << 16 | first;
  }

  /** Whether a file has these ISO 8859-1 letters at a position. */
  static boolean has(byte[] file, long at, String letters) {
    return at >= 0
        && at + letters.length() <= file.length
        && letters.equals(
            new String(file, (int) at, letters.length(), StandardCharsets.ISO_8859_1));
  }
}
