package dev.onecycle.data.archive;

import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tar shard that is opened when it is needed: a file, or bytes that a program makes. */
public interface ShardFile {
  /** The path, or another name, for messages. */
  String name();

  /** The size in bytes, of a compressed shard as it is stored. */
  long length();

  /** The size and the modification time; an equal text means an unchanged shard. */
  String state();

  /** The bytes from their beginning; skipping costs less than reading. The caller closes it. */
  InputStream open() throws IOException;

  /** The name without its folders. */
  default String fileName() {
    return EntryNames.last(name().replace('\\', '/'));
  }

  /**
   * A shard in a file.
   *
   * @throws dev.onecycle.error.BadDataException if it cannot be read
   */
  static ShardFile of(Path path) {
    try {
      long length = Files.size(path);
      long modified = Files.getLastModifiedTime(path).toMillis();
      return new OnDisk(path, length, length + " " + modified);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** A shard in a file. */
  record OnDisk(Path path, long length, String state) implements ShardFile {
    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public InputStream open() throws IOException {
      return Files.newInputStream(path);
    }
  }
}
