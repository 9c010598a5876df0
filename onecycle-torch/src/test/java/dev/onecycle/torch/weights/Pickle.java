package dev.onecycle.torch.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Pickles written operation by operation, sound or not. */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickle() {
    op(0x80, 2);
  }

  Pickle op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  Pickle times(int count, int... bytes) {
    for (int i = 0; i < count; i++) {
      op(bytes);
    }
    return this;
  }

  Pickle text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return op('X').little(4, bytes.length).raw(bytes);
  }

  Pickle number(long value) {
    return op(0x8a, 8).little(8, value);
  }

  Pickle tuple(long... values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    return op('t');
  }

  Pickle global(String module, String name) {
    return op('c').raw((module + "\n" + name + "\n").getBytes(UTF_8));
  }

  Pickle little(int count, long value) {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    for (int i = 0; i < count; i++) {
      out.write(bytes.get(i));
    }
    return this;
  }

  Pickle raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** A tensor as PyTorch writes it. */
  Pickle tensor(String storage, String key, long count, long offset, long[] shape, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(', '(')
        .text("storage")
        .global("torch", storage)
        .text(key)
        .text("cpu")
        .number(count)
        .op('t', 'Q')
        .number(offset)
        .tuple(shape)
        .tuple(strides)
        .op(0x89)
        .global("collections", "OrderedDict")
        .op(')', 'R', 't', 'R');
  }

  /** The pickle of a dictionary with one entry, whose value is the top of the stack so far. */
  byte[] asEntryOf(String key) {
    byte[] value = out.toByteArray();
    Pickle whole = new Pickle().op('}').text(key);
    whole.out.write(value, 2, value.length - 2);
    return whole.op('s').end();
  }

  byte[] end() {
    return op('.').out.toByteArray();
  }

  /** A file of PyTorch with a pickle and storages by key. */
  static Path file(Path file, byte[] pickle, Map<String, byte[]> storages) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", pickle);
    storages.forEach((key, bytes) -> entries.put("archive/data/" + key, bytes));
    return zip(file, entries);
  }

  /** An archive without compression. */
  static Path zip(Path file, Map<String, byte[]> entries) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        CRC32 checksum = new CRC32();
        checksum.update(content.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.getValue().length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    }
    return file;
  }
}
