package dev.onecycle.spark;

import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
 * <p>A file appears there whole or not at all: it is written under another name and renamed. A file
 * system that cannot rename over a file is an object store, whose files appear when they are
 * closed.
 */
final class SharedFolder {
  private static final String UNFINISHED = ".unfinished-";

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
    return "file".equals(whole.toUri().getScheme())
        ? Optional.of(java.nio.file.Path.of(whole.toUri().getPath()))
        : Optional.empty();
  }

  private Path qualified() {
    return fileSystem().makeQualified(path);
  }

  private FileSystem fileSystem() {
    try {
      return path.getFileSystem(configuration);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** Writes a file. */
  interface Content {
    void to(OutputStream out) throws IOException;
  }

  /** Writes a file in place of one that may be there. */
  void write(String name, Content content) {
    Path file = new Path(path, name);
    try {
      writeAtomically(file, content);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(file, e);
    }
  }

  private void writeAtomically(Path file, Content content) throws IOException {
    FileContext files;
    try {
      files = FileContext.getFileContext(qualified().toUri(), configuration);
    } catch (UnsupportedFileSystemException e) {
      try (OutputStream out = fileSystem().create(file, true)) {
        content.to(out);
      }
      return;
    }
    Path unfinished = new Path(path, UNFINISHED + UUID.randomUUID());
    try {
      try (OutputStream out =
          files.create(
              unfinished, EnumSet.of(CreateFlag.CREATE), Options.CreateOpts.createParent())) {
        content.to(out);
      }
      files.rename(unfinished, file, Options.Rename.OVERWRITE);
    } finally {
      if (files.util().exists(unfinished)) {
        files.delete(unfinished, false);
      }
    }
  }

  /** Copies a file of this machine here. */
  void put(java.nio.file.Path file) {
    write(file.getFileName().toString(), out -> Files.copy(file, out));
  }

  /** Copies a folder of files here, whole or not at all; keeps one that is there. */
  void putFolder(java.nio.file.Path folder) {
    String name = folder.getFileName().toString();
    Path place = new Path(path, name);
    Path unfinished = new Path(path, UNFINISHED + UUID.randomUUID());
    FileSystem system = fileSystem();
    try {
      if (system.exists(place)) {
        return;
      }
      SharedFolder part = new SharedFolder(unfinished.toString(), configuration);
      try (var files = Files.list(folder)) {
        for (java.nio.file.Path file : files.sorted().toList()) {
          part.put(file);
        }
      }
      if (!system.rename(unfinished, place) && !system.exists(place)) {
        throw new IOException("a folder beside it could not be renamed to it");
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(place, e);
    } finally {
      deleteQuietly(system, unfinished);
    }
  }

  private static void deleteQuietly(FileSystem system, Path unfinished) {
    try {
      system.delete(unfinished, true);
    } catch (IOException e) {
      // It has a name that nothing reads.
    }
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
      throw IoErrors.cannotRead(path, e);
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
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** The size of a file in bytes; -1 where it is not here. */
  long size(String name) {
    Path file = new Path(path, name);
    try {
      FileSystem system = fileSystem();
      return system.exists(file) ? system.getFileStatus(file).getLen() : -1;
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** The content of a file. */
  byte[] read(String name) {
    Path file = new Path(path, name);
    try (InputStream in = fileSystem().open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** Copies a file from here to this machine, whole or not at all. */
  void get(String name, java.nio.file.Path target) {
    Path file = new Path(path, name);
    java.nio.file.Path unfinished =
        target.resolveSibling(UNFINISHED + UUID.randomUUID() + target.getFileName());
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      try (InputStream in = fileSystem().open(file)) {
        Files.copy(in, unfinished);
      }
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(target, e);
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
