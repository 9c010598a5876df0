package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A file of PyTorch since 1.6, or of TorchScript: a zip archive of one folder with a pickle and one
 * entry for each storage, not compressed.
 *
 * <p>Names of entries are only looked up. No entry may stand twice or overlap with another, and
 * none that is read may be compressed, so that what is read is never larger than the file;
 * checksums are compared.
 *
 * <p><i>Source:</i> torch/serialization.py and caffe2/serialize/inline_container.cc of PyTorch.
 */
final class TorchArchive implements TorchSource {
  private static final String PICKLE = "/data.pkl";
  private static final int MAX_PICKLE = 64 << 20;
  private static final int MAX_ENTRIES = 200_000;
  private static final int CHUNK = 1 << 20;

  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new HashMap<>();
  private final String folder;
  private final ByteOrder order;
  private final Object root;

  private TorchArchive(ZipFile zip, long size) throws IOException, Unsound {
    this.zip = zip;
    list(size);
    folder = folder();
    order = order();
    byte[] pickle = bytes(folder + PICKLE, MAX_PICKLE);
    root =
        PickleReader.read(
            new ByteArrayInputStream(pickle), pickle.length, new TorchNames(isScript()));
  }

  /**
   * Opens a file and reads its pickle.
   *
   * @throws Unsound where it is damaged or holds anything but tensors and plain containers
   */
  static TorchArchive open(Path file) throws IOException, Unsound {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile(), UTF_8);
    } catch (ZipException | IllegalArgumentException e) {
      throw new Unsound("its zip archive is damaged or cut short");
    }
    try {
      return new TorchArchive(zip, Files.size(file));
    } catch (IOException | Unsound | RuntimeException | Error e) {
      zip.close();
      throw e;
    }
  }

  private void list(long size) throws Unsound {
    require(zip.size() <= MAX_ENTRIES, "it has more than " + MAX_ENTRIES + " entries");
    long total = 0;
    try {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        require(
            entries.put(entry.getName(), entry) == null,
            "it holds the entry " + entry.getName() + " twice");
        total += entry.getCompressedSize();
        require(total <= size, "its entries are larger than the file");
      }
    } catch (IllegalArgumentException e) {
      throw new Unsound("its zip archive is damaged: an entry has no readable name");
    }
  }

  private String folder() throws Unsound {
    List<String> folders =
        entries.keySet().stream()
            .filter(name -> name.endsWith(PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .filter(name -> name.indexOf('/') < 0)
            .toList();
    require(
        folders.size() == 1, "it is a zip archive without the pickle that PyTorch puts into one");
    return folders.get(0);
  }

  private ByteOrder order() throws IOException, Unsound {
    String name = folder + "/byteorder";
    String text = entries.containsKey(name) ? new String(bytes(name, 100), UTF_8) : "little";
    return switch (text) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw new Unsound("its byte order is neither little nor big");
    };
  }

  /** Whether the file holds code: it was written by torch.jit.save. */
  boolean isScript() {
    return entries.containsKey(folder + "/constants.pkl")
        || entries.keySet().stream().anyMatch(name -> name.startsWith(folder + "/code/"));
  }

  @Override
  public Object root() {
    return root;
  }

  @Override
  public void requireStored(StorageRef storage) throws Unsound {
    long bytes = storage.count() * storage.type().orElseThrow().bytes();
    ZipEntry entry = entry(folder + "/data/" + storage.key());
    require(
        entry.getSize() == bytes,
        "its entry "
            + entry.getName()
            + " must have "
            + bytes
            + " bytes but has "
            + entry.getSize());
  }

  @Override
  public Elements numbers(StorageRef storage) throws IOException, Unsound {
    requireStored(storage);
    ElementType type = storage.type().orElseThrow();
    ZipEntry entry = entry(folder + "/data/" + storage.key());
    Elements elements = Elements.zeros(type, Math.toIntExact(storage.count()));
    CRC32 checksum = new CRC32();
    byte[] chunk = new byte[(int) Math.min(CHUNK, entry.getSize())];
    try (InputStream in = stream(entry)) {
      for (long done = 0; done < entry.getSize(); done += chunk.length) {
        int size = (int) Math.min(chunk.length, entry.getSize() - done);
        if (in.readNBytes(chunk, 0, size) < size) {
          throw new EOFException();
        }
        checksum.update(chunk, 0, size);
        elements.decode(ByteBuffer.wrap(chunk, 0, size).order(order), (int) (done / type.bytes()));
      }
    }
    requireChecksum(entry, checksum);
    return elements;
  }

  private byte[] bytes(String name, int max) throws IOException, Unsound {
    ZipEntry entry = entry(name);
    require(entry.getSize() <= max, "its entry " + name + " is larger than " + max + " bytes");
    try (InputStream in = stream(entry)) {
      byte[] bytes = in.readNBytes(max);
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      requireChecksum(entry, checksum);
      return bytes;
    }
  }

  private ZipEntry entry(String name) throws Unsound {
    ZipEntry entry = entries.get(name);
    if (entry == null) {
      throw new Unsound("it lacks the entry " + name);
    }
    require(
        entry.getMethod() == ZipEntry.STORED && entry.getSize() == entry.getCompressedSize(),
        "its entry " + name + " is compressed, which PyTorch does not do");
    return entry;
  }

  private InputStream stream(ZipEntry entry) throws IOException, Unsound {
    try {
      InputStream in = zip.getInputStream(entry);
      if (in != null) {
        return in;
      }
    } catch (ZipException e) {
      throw new Unsound("its entry " + entry.getName() + " is damaged");
    }
    throw new Unsound("it lacks the entry " + entry.getName());
  }

  private static void requireChecksum(ZipEntry entry, CRC32 checksum) throws Unsound {
    require(
        entry.getCrc() == checksum.getValue(),
        "its entry " + entry.getName() + " does not have the checksum that the file states");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
