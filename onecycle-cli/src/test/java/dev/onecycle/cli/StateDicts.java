package dev.onecycle.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.onecycle.torch.weights.NamedTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files as {@code torch.save(network.state_dict(), file)} writes them. */
public final class StateDicts {
  private static final int PROTOCOL = 0x80;
  private static final int LONG = 0x8a;

  private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
  private final List<byte[]> storages = new ArrayList<>();

  private StateDicts() {}

  /** Writes arrays under their names. */
  public static Path write(Path file, List<NamedTensor> arrays) throws IOException {
    StateDicts dict = new StateDicts();
    dict.op(PROTOCOL, 2, '}');
    for (NamedTensor array : arrays) {
      dict.text(array.name());
      dict.tensor(array);
      dict.op('s');
    }
    dict.op('.');
    return dict.toFile(file);
  }

  /** Writes a file that calls {@code os.system} where it is unpickled. */
  public static Path calling(Path file, String command) throws IOException {
    StateDicts dict = new StateDicts();
    dict.op(PROTOCOL, 2, '}');
    dict.text("conv1.weight");
    dict.name("os", "system");
    dict.text(command);
    dict.op(0x85, 'R', 's', '.');
    return dict.toFile(file);
  }

  private void op(int... bytes) {
    for (int b : bytes) {
      pickle.write(b);
    }
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    op('X');
    little(4, bytes.length);
    pickle.writeBytes(bytes);
  }

  private void name(String module, String name) {
    op('c');
    pickle.writeBytes((module + "\n" + name + "\n").getBytes(UTF_8));
  }

  private void number(long value) {
    op(LONG, 8);
    little(8, value);
  }

  private void numbers(long... values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    op('t');
  }

  private void little(int count, long value) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    pickle.write(bytes, 0, count);
  }

  private void tensor(NamedTensor array) {
    long[] shape = array.shape();
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    name("torch._utils", "_rebuild_tensor_v2");
    op('(', '(');
    text("storage");
    name("torch", "FloatStorage");
    text(String.valueOf(storages.size()));
    text("cpu");
    number(array.values().length);
    op('t', 'Q');
    number(0);
    numbers(shape);
    numbers(strides);
    op(0x89);
    name("collections", "OrderedDict");
    op(')', 'R', 't', 'R');
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * array.values().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(array.values());
    storages.add(bytes.array());
  }

  private Path toFile(Path file) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      store(zip, "archive/data.pkl", pickle.toByteArray());
      for (int i = 0; i < storages.size(); i++) {
        store(zip, "archive/data/" + i, storages.get(i));
      }
    }
    return file;
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
