package dev.onecycle.data.source;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.FileTree.Entry;
import dev.onecycle.data.archive.FileTree.Visitor;
import dev.onecycle.data.archive.FolderTree;
import dev.onecycle.data.archive.TarArchive;
import dev.onecycle.data.archive.ZipArchive;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.data.index.SplitSelection;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds out what kind of source a location is: by name, by layout, by first bytes. */
public final class Sources {
  private static final int TAR_MAGIC_AT = 257;

  private Sources() {}

  /** The source at a location. */
  public static Source of(String location, DataOptions options, ReadOptions reading) {
    if (location.equalsIgnoreCase(ShapesSource.NAME)) {
      return new ShapesSource(reading);
    }
    NamedSet named = NamedSet.of(location);
    if (named != null) {
      Downloader downloader =
          new Downloader(
              options.cacheFolder().resolve("downloads"),
              options.offline(),
              Downloader.Patience.STANDARD,
              options.progress());
      return named.source(downloader, reading);
    }
    Path path = path(location);
    if (Files.isDirectory(path)) {
      return ofFolder(path, reading);
    }
    if (!Files.exists(path)) {
      throw unknown(location, "does not exist");
    }
    if (!Files.isRegularFile(path)) {
      throw new BadDataException(location + " is neither a folder nor a regular file");
    }
    Archive archive = archive(path);
    CifarFormat cifar = cifarIn(archive);
    return cifar != null
        ? new CifarSource(archive, cifar, reading)
        : new ImageTreeSource(archive, reading);
  }

  /** The names that stand for a dataset. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(NamedSet.titles());
    names.add(ShapesSource.NAME);
    return names;
  }

  private static Path path(String location) {
    try {
      if (!location.isBlank()) {
        return Path.of(location);
      }
    } catch (InvalidPathException e) {
      throw unknown(location, "is not a path");
    }
    throw unknown("the data location", "is empty");
  }

  private static BadDataException unknown(String location, String problem) {
    return new BadDataException(
        location
            + " "
            + problem
            + "; give a folder, a .tar, .tar.gz or .zip, or one of "
            + String.join(", ", names()));
  }

  private static Source ofFolder(Path folder, ReadOptions reading) {
    boolean training = reading.wanted() == SplitSelection.TRAINING;
    List<Path> candidates = new ArrayList<>(List.of(folder));
    Path only = onlyFolder(folder);
    if (only != null) {
      candidates.add(only);
    }
    for (Path candidate : candidates) {
      if (IdxSource.isIn(candidate)) {
        return new IdxSource(candidate, IdxSource.DIGITS, reading);
      }
      for (CifarFormat format : CifarFormat.ALL) {
        if (format.isIn(candidate)) {
          Predicate<String> test = name -> training && EntryNames.last(name).equals(format.test());
          return new CifarSource(FolderTree.of(candidate, test), format, reading);
        }
      }
    }
    Set<String> test = training ? TestFolders.in(folder) : Set.of();
    return new ImageTreeSource(FolderTree.of(folder, test::contains), reading);
  }

  /** The one folder that a folder consists of, as an unpacked archive often does. */
  private static @Nullable Path onlyFolder(Path folder) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path child : stream) {
        if (!EntryNames.isHidden(child.getFileName().toString())) {
          children.add(child);
        }
        if (children.size() > 1) {
          return null;
        }
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    return children.size() == 1 && Files.isDirectory(children.get(0)) ? children.get(0) : null;
  }

  private static Archive archive(Path path) {
    byte[] head;
    try (InputStream in = Files.newInputStream(path)) {
      head = in.readNBytes(512);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
    if (begins(head, 0, "PK")) {
      return new ZipArchive(path);
    }
    if (head.length > 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
      return new TarArchive(path, true);
    }
    String name = path.toString();
    if (begins(head, TAR_MAGIC_AT, "ustar") || name.endsWith(".tar")) {
      return new TarArchive(path, false);
    }
    throw new BadDataException(path + " is not a folder, a .tar, a .tar.gz or a .zip");
  }

  private static boolean begins(byte[] bytes, int at, String text) {
    byte[] expected = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return bytes.length >= at + expected.length
        && Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length);
  }

  /** Whether an archive holds CIFAR batches: its first file that is no text decides. */
  private static @Nullable CifarFormat cifarIn(Archive archive) {
    Peek peek = new Peek();
    try {
      archive.walk(peek);
    } catch (Peek.Enough e) {
      return peek.format;
    }
    return null;
  }

  private static final class Peek implements Visitor {
    private @Nullable CifarFormat format;

    /** Ends a walk that has seen what it came for. */
    private static final class Enough extends RuntimeException {
      Enough() {
        super(null, null, false, false);
      }
    }

    @Override
    public void file(Entry entry) {
      String name = EntryNames.last(entry.name());
      format = CifarFormat.of(name);
      if (format != null || (!name.endsWith(".txt") && !name.endsWith(".html"))) {
        throw new Enough();
      }
    }
  }
}
