package dev.onecycle.selftest.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** A PNG file, valid or not, written chunk by chunk. */
final class PngFile {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int RGBA = 6;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  PngFile(int width, int height, int bits, int colours) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) bits).put((byte) colours);
    bytes.writeBytes(ByteBuffer.allocate(8).putLong(0x89504E470D0A1A0AL).array());
    chunk("IHDR", header.array());
  }

  PngFile chunk(String type, byte[] data) {
    byte[] typed = ByteBuffer.allocate(4 + data.length).put(ascii(type)).put(data).array();
    CRC32 crc = new CRC32();
    crc.update(typed);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    bytes.writeBytes(typed);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    return this;
  }

  /** Adds zero pixels: rows of a filter byte and {@code rowBytes} bytes. */
  PngFile zeros(int rows, int rowBytes) {
    return chunk("IDAT", deflatedZeros((long) rows * (rowBytes + 1)));
  }

  byte[] end() {
    return chunk("IEND", new byte[0]).bytes.toByteArray();
  }

  static byte[] deflatedZeros(long count) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 16];
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(out, new Deflater(Deflater.BEST_SPEED), 1 << 13)) {
      for (long left = count; left > 0; left -= zeros.length) {
        deflater.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
