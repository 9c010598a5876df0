package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The files of a folder, or of an archive that is read as a stream. */
public interface FileTree {
  /** The name of the root in messages. */
  String name();

  /** The absolute path of the root. */
  String location();

  /** Sizes and modification times of the files; an equal text means unchanged files. */
  String state();

  /** Sentences for the user about the names, once the tree was walked. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * Visits all folders and files except hidden ones, always in the same order.
   *
   * @throws dev.onecycle.error.BadDataException if the tree itself is damaged
   */
  void walk(Visitor visitor);

  /** Receives the folders and files of a walk by their names relative to the root. */
  interface Visitor {
    /** Receives a folder. Not every archive lists its folders. */
    default void folder(String name) {}

    /** Receives a file, or a link or device in the place of one. */
    void file(Entry entry);
  }

  /**
   * A part of a file on disk.
   *
   * @param offset of its first byte
   * @param length in bytes
   */
  record Place(Path file, long offset, long length) {}

  /** A file of the tree. */
  interface Entry {
    /** The name relative to the root, with {@code /} between its parts. */
    String name();

    /** The size in bytes; -1 if it is not known before reading. */
    long size();

    /** Where its bytes lie as they are, for reading it at any later time; empty if nowhere. */
    default Optional<Place> place() {
      return Optional.empty();
    }

    /**
     * Opens the file, to be read before the walk proceeds.
     *
     * @throws BadImage if the entry is no regular file
     */
    InputStream open() throws IOException, BadImage;

    /**
     * The content for a later time and another thread; read at once if the tree is a stream.
     *
     * @throws dev.onecycle.error.BadDataException if the tree itself is damaged
     */
    Content content();
  }

  /** The content of a file, in memory or still to be read. */
  interface Content {
    /** The approximate memory in bytes that the content takes, now or once it is read. */
    long size();

    /** The first bytes of the file: at least {@code length}, or all if it has fewer. */
    byte[] head(int length) throws BadImage;

    /** All bytes of the file. */
    byte[] bytes() throws BadImage;
  }

  /** The content of an entry that cannot be read: its methods throw {@code reason}. */
  static Content unusable(BadImage reason) {
    return new Content() {
      @Override
      public long size() {
        return 0;
      }

      @Override
      public byte[] head(int length) throws BadImage {
        throw reason;
      }

      @Override
      public byte[] bytes() throws BadImage {
        throw reason;
      }
    };
  }
}
