package dev.onecycle.data;

import dev.onecycle.error.BadDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What archives of all kinds have in common: they are read as streams and never unpacked, and there
 * is a bound on what they may contain.
 */
abstract class Archive implements FileTree {
  private static final int MOST_ENTRIES = 5_000_000;
  private static final long MOST_RATIO = 200;
  private static final long ALWAYS_ALLOWED = 256L << 20;

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
      throw Failures.reading(path, e);
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
        name() + " is damaged or cut short: " + Failures.text(cause), cause);
  }

  /** What one walk may yet take out of the archive. */
  final class Bounds {
    private final long mostBytes = Math.max(ALWAYS_ALLOWED, length * MOST_RATIO);
    private long bytes;
    private int entries;

    void countEntry() {
      if (++entries > MOST_ENTRIES) {
        throw new BadDataException(name() + " has more than " + MOST_ENTRIES + " entries");
      }
    }

    void countBytes(long count) {
      bytes += count;
      if (bytes > mostBytes) {
        throw new BadDataException(
            name() + " expands to more than " + MOST_RATIO + " times its size; it is not read");
      }
    }

    /** A stream whose bytes are counted. */
    InputStream counting(InputStream in) {
      return new Counting(in, this);
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
        ImageDecoder.requireSize(size < 0 ? 1 : size);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) Math.max(32, size));
        byte[] buffer = new byte[1 << 13];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          bytes.write(buffer, 0, n);
          ImageDecoder.requireSize(Math.max(1, bytes.size()));
        }
        ImageDecoder.requireSize(bytes.size());
        byte[] whole = bytes.toByteArray();
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

  private static final class Counting extends java.io.FilterInputStream {
    private final Archive.Bounds bounds;

    Counting(InputStream in, Archive.Bounds bounds) {
      super(in);
      this.bounds = bounds;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      if (value >= 0) {
        bounds.countBytes(1);
      }
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int n = super.read(target, offset, count);
      bounds.countBytes(Math.max(0, n));
      return n;
    }

    @Override
    public long skip(long count) throws IOException {
      long n = super.skip(count);
      bounds.countBytes(n);
      return n;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
