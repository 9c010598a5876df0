package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What archives of all kinds have in common: they are read as streams and never unpacked, and there
 * is a bound on what they may contain.
 */
public abstract class Archive implements FileTree {
  private static final int MOST_ENTRIES = 5_000_000;

  /** What systems allow a path. */
  private static final int LONGEST_NAME = 4096;

  private static final long MOST_NAMES = 1 << 26;

  private final Path path;
  private final long length;
  private final String state;
  private final String location;

  Archive(Path path) {
    this.path = path;
    try {
      this.location = path.toRealPath().toString();
      this.length = Files.size(path);
      this.state = length + " " + Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  Path path() {
    return path;
  }

  long length() {
    return length;
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
  public void walk(Visitor visitor) {
    try {
      walk(visitor, new Bounds());
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** Walks the archive, counting against {@code bounds} whatever comes out of it. */
  abstract void walk(Visitor visitor, Bounds bounds) throws IOException;

  BadDataException damaged(Exception cause) {
    return new BadDataException(
        name() + " is damaged or cut short: " + IoErrors.reason(cause), cause);
  }

  /** What one walk may yet take out of the archive. */
  final class Bounds {
    private final ExpansionLimit expansion = new ExpansionLimit(name(), length);
    private int entries;
    private long names;

    void countEntry() {
      if (++entries > MOST_ENTRIES) {
        throw new BadDataException(name() + " has more than " + MOST_ENTRIES + " entries");
      }
    }

    /** Names are kept until all are known. */
    void countName(String name) {
      names += name.length();
      if (name.length() > LONGEST_NAME || names > MOST_NAMES) {
        throw new BadDataException(
            name()
                + " has a name of more than "
                + LONGEST_NAME
                + " characters, or names of more than "
                + MOST_NAMES
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

  /** An entry whose stream is there only while the walk stands on it. */
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

    /** Compares the bytes with the checksum that some archives keep. */
    void requireUndamaged(byte[] whole) throws BadImage {}

    @Override
    public Content content() {
      try (InputStream in = open()) {
        ImageDecoder.requireSize(size < 0 ? Long.MAX_VALUE : size);
        byte[] whole = new byte[(int) size];
        int read = in.readNBytes(whole, 0, whole.length);
        if (read < whole.length || in.read() >= 0) {
          throw new BadImage("is damaged: it has not the " + size + " bytes that the archive says");
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
