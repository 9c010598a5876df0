package dev.onecycle.data.image.decode;

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
    if (at < 0 || at + letters.length() > file.length) {
      return false;
    }
    for (int i = 0; i < letters.length(); i++) {
      if (u8(file, at + i) != letters.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
