package dev.onecycle.selftest.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** A tar file, valid or not, written block by block. */
final class TarFile {
  static final char REGULAR = '0';
  static final char HARD_LINK = '1';
  static final char LINK = '2';
  static final char CHARACTER_DEVICE = '3';
  static final char PIPE = '6';
  static final char GNU_LONG_NAME = 'L';
  static final char PAX = 'x';

  static final int BLOCK = 512;
  private static final int SIZE_AT = 124;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A tar file with a small set of images. */
  static TarFile intact() {
    TarFile tar = new TarFile();
    for (Map.Entry<String, byte[]> file : ImageFiles.files().entrySet()) {
      tar.file(file.getKey(), file.getValue());
    }
    return tar;
  }

  TarFile file(String name, byte[] content) {
    return entry(name, REGULAR, "", content);
  }

  TarFile special(String name, char type, String target) {
    return entry(name, type, target, new byte[0]);
  }

  /** Adds a file with an extended header. */
  TarFile paxFile(String key, String value, String name, byte[] content) {
    byte[] record = paxRecord(key, value);
    return entry("PaxHeader", PAX, "", record).file(name, content);
  }

  /** Adds a file with a name of any length. */
  TarFile gnuFile(String name, byte[] content) {
    byte[] text = (name + "\0").getBytes(StandardCharsets.UTF_8);
    return entry("././@LongLink", GNU_LONG_NAME, "", text).file(cut(name), content);
  }

  /** Adds a file with a size in binary, which may differ from the size of the content. */
  TarFile binarySize(String name, long size, byte[] content) {
    byte[] header = header(name, REGULAR, "", 0);
    ByteBuffer field = ByteBuffer.wrap(header);
    field.putInt(SIZE_AT, size < 0 ? -1 : 0x80000000).putLong(SIZE_AT + 4, size);
    return blocks(checked(header), content);
  }

  TarFile entry(String name, char type, String target, byte[] content) {
    return blocks(header(name, type, target, content.length), content);
  }

  /** The bytes of the file with its end: two blocks of zeros. */
  byte[] end() {
    byte[] whole = bytes.toByteArray();
    return Arrays.copyOf(whole, whole.length + 2 * BLOCK);
  }

  /** The bytes of the file so far. */
  byte[] open() {
    return bytes.toByteArray();
  }

  private TarFile blocks(byte[] header, byte[] content) {
    bytes.writeBytes(header);
    bytes.writeBytes(content);
    bytes.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    return this;
  }

  static byte[] header(String name, char type, String target, long size) {
    byte[] header = new byte[BLOCK];
    put(header, 0, cut(name));
    put(header, 100, "0000644");
    put(header, SIZE_AT, String.format(Locale.ROOT, "%011o", size));
    put(header, 136, "00000000000");
    header[156] = (byte) type;
    put(header, 157, target);
    put(header, 257, "ustar\0" + "00");
    return checked(header);
  }

  private static byte[] checked(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o\0", sum));
    return header;
  }

  static byte[] paxRecord(String key, String value) {
    String rest = " " + key + "=" + value + "\n";
    int length = rest.length() + 1;
    while ((length + rest).length() != length) {
      length = (length + rest).length();
    }
    return (length + rest).getBytes(StandardCharsets.UTF_8);
  }

  private static String cut(String name) {
    return name.substring(0, Math.min(99, name.length()));
  }

  private static void put(byte[] header, int at, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(ascii, 0, header, at, ascii.length);
  }
}
