package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.utils.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one tar shard, one after the other: files side by side whose names have the same
 * key, see {@link ShardTree#key}. Holds one sample at a time. For use by one thread.
 *
 * <p>To pass over a sample reads its headers alone.
 */
public final class ShardReader implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final int MAGIC = 8;

  /** A longer file beside an image is no class. */
  private static final long MAX_LABEL_BYTES = 1 << 20;

  private final ShardFile shard;
  private final Predicate<String> isImage;
  private final NameDecoder names;
  private final TarHeaders headers;
  private final TarArchiveInputStream tar;
  private @Nullable TarArchiveEntry entry;
  private String name = "";
  private int position;

  /** The parts of a sample that are read; the others are passed over. */
  public enum Parts {
    /** Nothing but headers. */
    NONE,
    /** The files that may hold its class. */
    LABEL,
    /** The image too. */
    ALL
  }

  /**
   * A sample of a shard.
   *
   * @param key the common part of the names of its files
   * @param image the name of its image
   * @param offset of the first byte of its first file in the plain archive
   * @param bytes its image as it is stored; empty if only the class was read
   * @param labels the content of the files that may hold its class, by their endings
   */
  public record Sample(
      String key, String image, long offset, byte[] bytes, TreeMap<String, byte[]> labels) {}

  /**
   * Opens a shard before its first sample.
   *
   * @param encoding of names that do not say theirs
   * @param isImage whether a file of this name is an image
   * @throws BadDataException if it cannot be read
   */
  public ShardReader(ShardFile shard, Optional<Charset> encoding, Predicate<String> isImage) {
    this.shard = shard;
    this.isImage = isImage;
    this.names = new NameDecoder(shard.name(), encoding, StandardCharsets.ISO_8859_1);
    InputStream file;
    try {
      file = shard.open();
    } catch (IOException e) {
      throw IoErrors.cannotRead(shard.name(), e);
    }
    try {
      BufferedInputStream buffered = new BufferedInputStream(file, BUFFER);
      buffered.mark(MAGIC);
      byte[] head = buffered.readNBytes(MAGIC);
      buffered.reset();
      InputStream plain = Compression.of(head).expanded(buffered);
      ExpansionLimit limit = new ExpansionLimit(shard.name(), shard.length());
      this.headers = new TarHeaders(shard.name(), limit.counting(plain));
      this.tar = new TarArchiveInputStream(headers, StandardCharsets.ISO_8859_1.name());
      advance();
    } catch (IOException e) {
      closeQuietly(file);
      throw new BadDataException(
          shard.name() + " is damaged or cut short: " + IoErrors.reason(e), e);
    } catch (RuntimeException e) {
      closeQuietly(file);
      throw e;
    }
  }

  /** The number of samples that were read or passed over. */
  public int position() {
    return position;
  }

  /** Whether there is no further sample. */
  public boolean isAtEnd() {
    return entry == null;
  }

  /** The next byte of the plain archive. */
  public long offset() {
    return headers.position();
  }

  /**
   * Passes over samples.
   *
   * @throws BadDataException if the shard has fewer, or is damaged
   */
  public void skip(int samples) {
    for (int i = 0; i < samples; i++) {
      if (next(Parts.NONE).isEmpty()) {
        throw new BadDataException(
            shard.name() + " has " + position + " samples, fewer than were counted; was it cut?");
      }
    }
  }

  /**
   * The next sample; empty at the end of the shard.
   *
   * @throws BadDataException if the shard is damaged there, or the sample has no image or several
   */
  public Optional<Sample> next(Parts parts) {
    if (entry == null) {
      return Optional.empty();
    }
    try {
      String key = ShardTree.key(name);
      long offset = headers.position();
      List<String> images = new ArrayList<>();
      byte[] bytes = {};
      TreeMap<String, byte[]> labels = new TreeMap<>();
      do {
        if (ShardTree.isLabel(name)) {
          if (parts != Parts.NONE) {
            labels.put(ShardTree.ending(name), label(entry));
          }
        } else if (isImage.test(name)) {
          images.add(name);
          if (parts == Parts.ALL && images.size() == 1) {
            bytes = content(entry);
          }
        }
        advance();
      } while (entry != null && ShardTree.key(name).equals(key));
      if (images.size() != 1) {
        throw new BadDataException(
            shard.name()
                + "/"
                + key
                + " must have one image but has "
                + (images.isEmpty() ? "none" : String.join(" and ", images)));
      }
      position++;
      return Optional.of(new Sample(key, images.get(0), offset, bytes, labels));
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private byte[] label(TarArchiveEntry file) throws IOException {
    if (file.getRealSize() > MAX_LABEL_BYTES) {
      throw new BadDataException(
          shard.name() + "/" + name + " must hold a class but has more than 1 MiB");
    }
    return content(file);
  }

  private byte[] content(TarArchiveEntry file) throws IOException {
    try {
      if (!file.isFile() || file.isLink() || file.isSymbolicLink() || file.isSparse()) {
        throw new BadDataException(
            shard.name() + "/" + name + " must be a regular file, as the files of a stream are");
      }
      long size = file.getRealSize();
      if (size == 0) {
        return new byte[0]; // told when it is decoded
      }
      ImageDecoder.requireSize(size);
      byte[] whole = new byte[(int) size];
      if (tar.readNBytes(whole, 0, whole.length) < whole.length) {
        throw new IOException("it ends in " + name);
      }
      return whole;
    } catch (BadImage e) {
      throw new BadDataException(shard.name() + "/" + name + " " + e.reason(), e);
    }
  }

  /** Goes to the header of the next file that is not hidden. */
  private void advance() throws IOException {
    do {
      if (entry != null) {
        IOUtils.skip(tar, Long.MAX_VALUE);
      }
      headers.begin();
      entry = tar.getNextEntry();
      headers.end();
      if (entry == null) {
        if (!headers.holdBlock()) {
          throw new IOException("it has no end");
        }
        return;
      }
      if (entry.getRealSize() < 0 || entry.getSize() < 0) {
        throw new IOException("an entry has a negative size");
      }
      name = TarArchive.name(entry.getName(), "path", headers, names);
    } while (entry.isDirectory() || name.isEmpty() || EntryNames.isHidden(name));
  }

  private BadDataException damaged(IOException cause) {
    return new BadDataException(
        shard.name()
            + " is damaged or cut short after sample "
            + position
            + ", at byte "
            + headers.position()
            + ": "
            + IoErrors.reason(cause),
        cause);
  }

  private static void closeQuietly(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      // The failure that made it useless is told.
    }
  }

  @Override
  public void close() {
    closeQuietly(tar);
  }
}
