package dev.onecycle.report.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Frames records, so that a reader finds the end of each and can check it.
 *
 * <p>The TFRecord format of TensorFlow's <a
 * href="https://github.com/tensorflow/tensorflow/blob/v1.15.0/tensorflow/core/lib/io/record_writer.h">record_writer.h</a>,
 * without compression: the length of the data (8 bytes), the masked checksum of these 8 bytes (4),
 * the data, their masked checksum (4); all numbers little-endian. Checksums are CRC-32C
 * (Castagnoli), masked as in <a
 * href="https://github.com/tensorflow/tensorflow/blob/v1.15.0/tensorflow/core/lib/hash/crc32c.h">crc32c.h</a>.
 */
final class RecordWriter {
  private static final int MASK_DELTA = 0xA282EAD8;

  private final OutputStream out;

  /** Writes to a stream; the caller flushes and closes it. */
  RecordWriter(OutputStream out) {
    this.out = out;
  }

  void write(byte[] data) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    out.write(length);
    out.write(checksum(length));
    out.write(data);
    out.write(checksum(data));
  }

  private static byte[] checksum(byte[] bytes) {
    return littleEndian(Integer.BYTES).putInt(masked(crc32c(bytes))).array();
  }

  static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Masks a checksum: a CRC over data that contain CRCs would be weak. */
  static int masked(int crc) {
    return Integer.rotateRight(crc, 15) + MASK_DELTA;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
