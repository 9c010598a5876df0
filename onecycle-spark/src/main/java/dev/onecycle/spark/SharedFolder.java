package dev.onecycle.spark;

import dev.onecycle.error.IoErrors;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * A folder on a Hadoop file system that the driver and all executors see.
 *
 * <p>A file appears there whole or not at all. On a disk and on HDFS it is written under another
 * name and renamed over the file that was there. Every other file system is taken for an object
 * store: its files appear, and replace others, when they are closed, but it copies and deletes
 * where it renames. Azure's {@code abfs} shows a file while it is written.
 *
 * <p>An error of reading may pass, as one of the network does. It is an {@link
 * UncheckedIOException}, not one of bad data, so that Spark tries the task again.
 */
final class SharedFolder {
  private static final String UNFINISHED = ".unfinished-";
  private static final String LOCAL = "file";
  private static final String VIEW = "viewfs";

  /** The schemes of file systems that rename over a file in one step. */
  private static final Set<String> RENAMING = Set.of("hdfs", "webhdfs", "swebhdfs");

  private final Path path;
  private final Configuration configuration;

  SharedFolder(String uri, Configuration configuration) {
    this.path = new Path(uri);
    this.configuration = configuration;
  }

  /** The folder's address, with its scheme. */
  String uri() {
    return qualified().toString();
  }

  /** A folder in this folder. */
  SharedFolder resolve(String name) {
    return new SharedFolder(new Path(path, name).toString(), configuration);
  }

  /** A path of this machine, where the file system is the machine's own. */
  Optional<java.nio.file.Path> local() {
    Path whole = qualified();
    return LOCAL.equals(whole.toUri().getScheme())
        ? Optional.of(java.nio.file.Path.of(whole.toUri().getPath()))
        : Optional.empty();
  }

  private Path qualified() {
    return fileSystem().makeQualified(path);
  }

  private FileSystem fileSystem() {
    try {
      return path.getFileSystem(configuration);
    } catch (UnsupportedFileSystemException e) {
      throw IoErrors.cannotRead(path, e); // another try would meet it again
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** The error of reading that another try may not meet. */
  static UncheckedIOException unreadable(Object file, IOException e) {
    return new UncheckedIOException(file + " cannot be read: " + IoErrors.reason(e), e);
  }

  /** Writes a file. */
  interface Content {
    void to(OutputStream out) throws IOException;
  }

  /** Writes a file in place of one that may be there. */
  void write(String name, Content content) {
    try {
      Path folder = place();
      String scheme = folder.toUri().getScheme();
      if (LOCAL.equals(scheme)) {
        writeLocally(java.nio.file.Path.of(folder.toUri().getPath()), name, content);
      } else if (RENAMING.contains(scheme)) {
        writeAndRename(folder, name, content);
      } else {
        try (OutputStream out = fileSystem().create(new Path(path, name), true)) {
          content.to(out);
        }
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(new Path(path, name), e);
    }
  }

  /** This folder; where it is in a view of several file systems, the folder that it stands for. */
  private Path place() throws IOException {
    Path whole = qualified();
    if (!VIEW.equals(whole.toUri().getScheme())) {
      return whole;
    }
    FileSystem view = fileSystem();
    view.mkdirs(whole); // only a folder that is there is resolved
    return view.resolvePath(whole);
  }

  /** Not by Hadoop, which deletes the old file before it renames. */
  private static void writeLocally(java.nio.file.Path folder, String name, Content content)
      throws IOException {
    Files.createDirectories(folder);
    java.nio.file.Path unfinished = folder.resolve(UNFINISHED + UUID.randomUUID());
    try {
      // Not a stream of Files, which an interrupt would close.
      try (OutputStream out = new BufferedOutputStream(new FileOutputStream(unfinished.toFile()))) {
        content.to(out);
      }
      // A checksum that Hadoop wrote beside the old file does not hold for the new one.
      Files.deleteIfExists(folder.resolve("." + name + ".crc"));
      Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private void writeAndRename(Path folder, String name, Content content) throws IOException {
    FileContext files = FileContext.getFileContext(folder.toUri(), configuration);
    Path unfinished = new Path(folder, UNFINISHED + UUID.randomUUID());
    try {
      try (OutputStream out =
          files.create(
              unfinished, EnumSet.of(CreateFlag.CREATE), Options.CreateOpts.createParent())) {
        content.to(out);
      }
      files.rename(unfinished, new Path(folder, name), Options.Rename.OVERWRITE);
    } finally {
      if (files.util().exists(unfinished)) {
        files.delete(unfinished, false);
      }
    }
  }

  /** Copies a file of this machine here. */
  void put(java.nio.file.Path file) {
    write(
        String.valueOf(file.getFileName()),
        out -> {
          try (InputStream in = openedLocally(file)) {
            copy(in, file, out);
          }
        });
  }

  private static InputStream openedLocally(java.nio.file.Path file) {
    try {
      return new FileInputStream(file.toFile());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Copies content; an error says whether reading or writing failed. */
  private static void copy(InputStream in, Object source, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int n = read(in, source, buffer); n >= 0; n = read(in, source, buffer)) {
      out.write(buffer, 0, n);
    }
  }

  private static int read(InputStream in, Object source, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  /**
   * Copies a folder of files here; keeps a complete one that is there.
   *
   * @param last the file that is copied last: with it, the copy is complete
   */
  void putFolder(java.nio.file.Path folder, String last) {
    SharedFolder copy = resolve(String.valueOf(folder.getFileName()));
    if (copy.has(last)) {
      return;
    }
    List<java.nio.file.Path> files;
    try (Stream<java.nio.file.Path> all = Files.list(folder)) {
      files = all.filter(file -> !file.endsWith(last)).sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    files.forEach(copy::put);
    copy.put(folder.resolve(last));
  }

  /** The names of files and folders here, in order, without unfinished and hidden ones. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    try {
      FileSystem system = fileSystem();
      if (system.exists(path)) {
        for (FileStatus status : system.listStatus(path)) {
          String name = status.getPath().getName();
          if (!name.startsWith(".")) {
            names.add(name);
          }
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    names.sort(String::compareTo);
    return names;
  }

  /** Whether a file or folder is here. */
  boolean has(String name) {
    Path file = new Path(path, name);
    try {
      return fileSystem().exists(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The size of a file in bytes; -1 where it is not here. */
  long size(String name) {
    Path file = new Path(path, name);
    try {
      FileSystem system = fileSystem();
      return system.exists(file) ? system.getFileStatus(file).getLen() : -1;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The content of a file. */
  byte[] read(String name) {
    Path file = new Path(path, name);
    try (InputStream in = fileSystem().open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Copies a file from here to this machine, whole or not at all. */
  void get(String name, java.nio.file.Path target) {
    Path file = new Path(path, name);
    java.nio.file.Path unfinished =
        target.resolveSibling(UNFINISHED + UUID.randomUUID() + target.getFileName());
    try (InputStream in = opened(file)) {
      Files.createDirectories(target.toAbsolutePath().getParent());
      try {
        try (OutputStream out = new FileOutputStream(unfinished.toFile())) {
          copy(in, file, out);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(target, e);
    }
  }

  private InputStream opened(Path file) {
    try {
      return fileSystem().open(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Copies the files of a folder from here into a folder of this machine. */
  void getFolder(String name, java.nio.file.Path target) {
    SharedFolder folder = resolve(name);
    for (String file : folder.names()) {
      folder.get(file, target.resolve(file));
    }
  }

  /** Deletes a file or folder, where it is here. */
  void delete(String name) {
    delete(new Path(path, name));
  }

  /** Deletes the folder with all it holds, where it is there. */
  void delete() {
    delete(path);
  }

  private void delete(Path file) {
    try {
      fileSystem().delete(file, true);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(file, e);
    }
  }
}
