package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.IOException;
import java.io.InputStream;

/** Files under a common root: a folder, or an archive that is read as a stream. */
public interface FileTree {
  /** The root, as messages name it. */
  String name();

  /** Which root this is, wherever the process was started. */
  String location();

  /** Sizes and times of modification of what is read: equal texts mean unchanged files. */
  String state();

  /**
   * Visits all folders and files, always in the same order, hidden ones left out.
   *
   * @throws dev.onecycle.error.BadDataException if the tree itself is damaged
   */
  void walk(Visitor visitor);

  /** What a walk meets; names are relative to the root, with {@code /} between their parts. */
  interface Visitor {
    /** A folder. An archive need not list its folders. */
    default void folder(String name) {}

    /** A file, or something that is in the place of one. */
    void file(Entry entry);
  }

  /** A file of the tree. */
  interface Entry {
    /** Relative to the root. */
    String name();

    /** In bytes, as far as known before reading; -1 if not. */
    long size();

    /**
     * The file's bytes, to be read before the walk goes on.
     *
     * @throws BadImage if this is no regular file
     */
    InputStream open() throws IOException, BadImage;

    /**
     * The file's bytes for a later time and another thread: read now where the tree is a stream.
     *
     * @throws dev.onecycle.error.BadDataException if the tree itself is damaged
     */
    Content content();
  }

  /** The bytes of a file, kept or still to be fetched. */
  interface Content {
    /** About how many bytes it holds in memory, now or when read. */
    long size();

    /** The first bytes of the file, at least {@code length} of them where it has so many. */
    byte[] head(int length) throws BadImage;

    /** All bytes of the file. */
    byte[] bytes() throws BadImage;
  }

  /** A content that could not be had: its methods throw {@code reason}. */
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
