package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A .tar, plain or compressed by gzip, xz, bzip2 or zstd, or a .zip file. It is read as a stream
 * and never unpacked to disk; its size and its number of entries are bounded.
 */
public abstract class Archive implements FileTree {
  private static final int TAR_MAGIC_AT = 257;
  private static final int MAX_ENTRIES = 5_000_000;

  /** The longest path that systems allow. */
  private static final int MAX_NAME_LENGTH = 4096;

  private static final long MAX_ALL_NAMES_LENGTH = 1 << 26;

  private final Path path;
  private final long length;
  private final String state;
  private final String location;
  private final Optional<Charset> encoding;
  private final Charset standIn;
  private volatile List<String> notes = List.of();

  /**
   * @param encoding of names that do not say theirs
   * @param standIn an encoding of one byte a character, for names that are not UTF-8
   */
  Archive(Path path, Optional<Charset> encoding, Charset standIn) {
    this.path = path;
    this.encoding = encoding;
    this.standIn = standIn;
    try {
      this.location = path.toRealPath().toString();
      this.length = Files.size(path);
      this.state = length + " " + Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /**
   * The archive in a file, its kind told by its first bytes.
   *
   * @param encoding of names that do not say theirs; without one, they are UTF-8 where they can be
   * @throws BadDataException if the file is no archive of a known kind or cannot be read
   */
  public static Archive open(Path path, Optional<Charset> encoding) {
    byte[] head = head(path);
    if (begins(head, 0, "PK")) {
      return new ZipArchive(path, encoding);
    }
    if (isTar(path, head)) {
      return new TarArchive(path, encoding, Compression.of(head));
    }
    throw new BadDataException(
        path + " is not a folder, a .tar, a .tar.gz, .tar.xz, .tar.bz2 or .tar.zst, or a .zip");
  }

  /**
   * Whether a path is a regular file that begins as an archive of a known kind.
   *
   * @throws BadDataException if it cannot be read
   */
  public static boolean isOne(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    byte[] head = head(path);
    return begins(head, 0, "PK") || isTar(path, head);
  }

  private static byte[] head(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(512);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  private static boolean isTar(Path path, byte[] head) {
    return Compression.of(head) != Compression.NONE
        || begins(head, TAR_MAGIC_AT, "ustar")
        || path.toString().endsWith(".tar");
  }

  private static boolean begins(byte[] bytes, int at, String text) {
    byte[] expected = text.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= at + expected.length
        && Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
  }

  Path path() {
    return path;
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public String state() {
    return state;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void walk(Visitor visitor) {
    NameDecoder names = new NameDecoder(name(), encoding, standIn);
    try {
      walk(visitor, names, new Bounds());
      notes = names.note().stream().toList();
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** Walks the archive, and counts everything that is read from it. */
  abstract void walk(Visitor visitor, NameDecoder names, Bounds bounds) throws IOException;

  BadDataException damaged(Exception cause) {
    return new BadDataException(
        name() + " is damaged or cut short: " + IoErrors.reason(cause), cause);
  }

  /** The bounds on the entries, names and bytes that one walk reads. */
  final class Bounds {
    private final ExpansionLimit expansion = new ExpansionLimit(name(), length);
    private int entries;
    private long names;

    void countEntry() {
      if (++entries > MAX_ENTRIES) {
        throw new BadDataException(name() + " has more than " + MAX_ENTRIES + " entries");
      }
    }

    /** Counts a name; all names are held in memory until the walk ends. */
    void countName(String name) {
      names += name.length();
      if (name.length() > MAX_NAME_LENGTH || names > MAX_ALL_NAMES_LENGTH) {
        throw new BadDataException(
            name()
                + " has a name of more than "
                + MAX_NAME_LENGTH
                + " characters, or names of more than "
                + MAX_ALL_NAMES_LENGTH
                + " in all; it is not read");
      }
    }

    void countBytes(long count) {
      expansion.count(count);
    }

    /** A stream whose bytes are counted. */
    InputStream counting(InputStream in) {
      return expansion.counting(in);
    }
  }

  /** An entry that can be read only until the walk proceeds to the next one. */
  abstract class StreamedEntry implements Entry {
    private final String name;
    private final long size;

    StreamedEntry(String name, long size) {
      this.name = name;
      this.size = size;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return size;
    }

    /** Compares the bytes with the checksum of the archive, if it has one. */
    void requireUndamaged(byte[] whole) throws BadImage {}

    @Override
    public Content content() {
      try (InputStream in = open()) {
        ImageDecoder.requireSize(size < 0 ? Long.MAX_VALUE : size);
        byte[] whole = new byte[(int) size];
        int read = in.readNBytes(whole, 0, whole.length);
        if (read < whole.length || in.read() >= 0) {
          throw new BadImage(
              "is damaged: it does not have the " + size + " bytes that the archive states");
        }
        requireUndamaged(whole);
        return new Held(whole);
      } catch (BadImage e) {
        return FileTree.unusable(e);
      } catch (IOException e) {
        throw damaged(e);
      }
    }
  }

  private static final class Held implements Content {
    private final byte[] bytes;

    Held(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public byte[] head(int length) {
      return bytes;
    }

    @Override
    public byte[] bytes() {
      return bytes;
    }
  }
}
