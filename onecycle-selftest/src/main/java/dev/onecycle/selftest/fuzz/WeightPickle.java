package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A pickle written operation by operation, and the PyTorch file that holds it. */
final class WeightPickle {
  private static final int NUMBERS = 6;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  WeightPickle() {
    op(0x80, 2);
  }

  /** The bytes of operations whose values are in them. */
  WeightPickle op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  WeightPickle times(int count, int... bytes) {
    for (int i = 0; i < count; i++) {
      op(bytes);
    }
    return this;
  }

  WeightPickle text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    op('X').little(4, bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  WeightPickle name(String module, String name) {
    op('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(UTF_8));
    return this;
  }

  WeightPickle little(int count, long value) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.write(bytes, 0, count);
    return this;
  }

  /** A tensor of one dimension, a view of the storage of six floats that the file has. */
  WeightPickle tensor(long claimed, long offset, long size, long stride) {
    return name("torch._utils", "_rebuild_tensor_v2")
        .op('(', '(')
        .text("storage")
        .name("torch", "FloatStorage")
        .text("0")
        .text("cpu")
        .number(claimed)
        .op('t', 'Q')
        .number(offset)
        .number(size)
        .op(0x85)
        .number(stride)
        .op(0x85, 0x89)
        .name("collections", "OrderedDict")
        .op(')', 'R', 't', 'R');
  }

  private WeightPickle number(long value) {
    return op(0x8a, 8).little(8, value);
  }

  byte[] end() {
    return op('.').out.toByteArray();
  }

  /** A sound state dict: an array, and every second number of the same storage. */
  static byte[] sound() {
    return new WeightPickle()
        .op('}')
        .text("a.weight")
        .tensor(NUMBERS, 0, NUMBERS, 1)
        .op('s')
        .text("b.weight")
        .tensor(NUMBERS, 1, 3, 2)
        .op('s')
        .end();
  }

  /** The file with a pickle and one storage. */
  static byte[] file(byte[] pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer numbers = ByteBuffer.allocate(NUMBERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < NUMBERS; i++) {
      numbers.putFloat(i);
    }
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "archive/data.pkl", pickle);
      store(zip, "archive/data/0", numbers.array());
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
  }
}
