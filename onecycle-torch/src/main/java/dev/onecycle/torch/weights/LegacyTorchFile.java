package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of PyTorch before 1.6: five pickles (a number, a version, facts of the machine, the value,
 * the keys of the storages), then the storages, each a count and its numbers.
 *
 * <p><i>Source:</i> {@code _legacy_save} in torch/serialization.py of PyTorch.
 */
final class LegacyTorchFile implements TorchSource {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;
  private static final long MAX_PICKLE = 64 << 20;
  private static final int CHUNK = 1 << 20;

  private final FileChannel channel;
  private final Object root;
  private final Map<String, Long> places = new HashMap<>();

  private LegacyTorchFile(Path file, FileChannel channel) throws IOException, Unsound {
    this.channel = channel;
    long size = channel.size();
    Counted in = new Counted(new BufferedInputStream(Files.newInputStream(file)));
    List<Object> keys;
    Map<String, StorageRef> storages = new HashMap<>();
    try (in) {
      TorchNames names =
          new TorchNames(false) {
            @Override
            public Object stored(Object id) throws Unsound {
              StorageRef storage = (StorageRef) super.stored(id);
              StorageRef other = storages.putIfAbsent(storage.key(), storage);
              require(
                  other == null || other.equals(storage),
                  "it has two storages under the key " + storage.key());
              return storage;
            }
          };
      require(
          MAGIC.equals(pickle(in, names)),
          "it is a pickle, but not one of torch.save; save the weights alone:"
              + " torch.save(model.state_dict(), file)");
      require(
          Long.valueOf(PROTOCOL).equals(pickle(in, names)),
          "it is of an unknown version of PyTorch");
      require(
          pickle(in, names) instanceof Map<?, ?> facts
              && Boolean.TRUE.equals(facts.get("little_endian")),
          "its numbers are not little-endian");
      root = pickle(in, names);
      keys = keys(pickle(in, names));
    }
    long at = in.position;
    for (Object key : keys) {
      at = place(key, storages, at, size);
    }
    require(at == size, "it has " + (size - at) + " bytes after its end");
  }

  private static Object pickle(InputStream in, TorchNames names) throws IOException, Unsound {
    return PickleReader.read(in, MAX_PICKLE, names);
  }

  @SuppressWarnings("unchecked")
  private static List<Object> keys(Object value) throws Unsound {
    require(value instanceof List, "it lacks the list of its storages");
    return (List<Object>) value;
  }

  private long place(Object key, Map<String, StorageRef> storages, long at, long size)
      throws IOException, Unsound {
    StorageRef storage = key instanceof String text ? storages.get(text) : null;
    if (storage == null || storage.type().isEmpty() || places.containsKey(storage.key())) {
      throw new Unsound("it has a storage that no tensor uses, or one twice");
    }
    if (at > size - Long.BYTES) {
      throw new EOFException();
    }
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(count, at);
    require(
        count.getLong(0) == storage.count(),
        "it has a storage of " + count.getLong(0) + " numbers, not of " + storage.count());
    long bytes = bytes(storage);
    long start = at + Long.BYTES;
    if (bytes > size - start) {
      throw new EOFException();
    }
    places.put(storage.key(), start);
    return start + bytes;
  }

  private static long bytes(StorageRef storage) throws Unsound {
    require(
        storage.count() <= Elements.MAX_COUNT,
        "it has a storage of " + storage.count() + " numbers");
    return storage.count() * storage.type().orElseThrow().bytes();
  }

  /**
   * Opens a file and reads its pickles.
   *
   * @throws Unsound where it is damaged or holds anything but tensors and plain containers
   */
  static LegacyTorchFile open(Path file) throws IOException, Unsound {
    FileChannel channel = FileChannel.open(file);
    try {
      return new LegacyTorchFile(file, channel);
    } catch (IOException | Unsound | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public Object root() {
    return root;
  }

  @Override
  public void requireStored(StorageRef storage) throws Unsound {
    place(storage);
  }

  private long place(StorageRef storage) throws Unsound {
    Long place = places.get(storage.key());
    if (place == null) {
      throw new Unsound("it lacks the storage " + storage.key());
    }
    return place;
  }

  @Override
  public Elements numbers(StorageRef storage) throws IOException, Unsound {
    long start = place(storage);
    ElementType type = storage.type().orElseThrow();
    long bytes = bytes(storage);
    Elements elements = Elements.zeros(type, (int) storage.count());
    ByteBuffer piece =
        ByteBuffer.allocate((int) Math.min(CHUNK, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < bytes; done += piece.limit()) {
      piece.clear().limit((int) Math.min(CHUNK, bytes - done));
      fill(piece, start + done);
      elements.decode(piece.flip(), (int) (done / type.bytes()));
    }
    return elements;
  }

  private void fill(ByteBuffer target, long at) throws IOException {
    while (target.hasRemaining()) {
      if (channel.read(target, at + target.position()) < 0) {
        throw new EOFException();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A stream that knows how many bytes were read. */
  private static final class Counted extends FilterInputStream {
    private long position;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      position += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      int done = super.read(target, from, count);
      position += Math.max(0, done);
      return done;
    }
  }
}
