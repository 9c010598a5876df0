package dev.onecycle.data.source;

import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.FileTree.Entry;
import dev.onecycle.data.archive.FileTree.Visitor;
import dev.onecycle.data.archive.FolderTree;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.error.BadDataException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The kinds of sources, told by the name, the layout or the first bytes of a location. */
public final class Sources {
  private Sources() {}

  /**
   * The source at a location.
   *
   * @param downloader downloads the files of a named set when it is read
   * @throws BadDataException if there is no source
   */
  public static Source of(String location, Downloader downloader, ReadOptions options) {
    if (location.equalsIgnoreCase(ShapesSource.NAME)) {
      return new ShapesSource(options);
    }
    NamedSet named = NamedSet.of(location);
    if (named != null) {
      return named.source(downloader, options);
    }
    Path path = path(location);
    List<Path> shards = ShardSource.shards(location, path);
    if (!shards.isEmpty()) {
      return ShardSource.of(location, shards, options);
    }
    if (Files.isDirectory(path)) {
      return ofFolder(path, options);
    }
    if (!Files.exists(path)) {
      throw unknown(location, "does not exist");
    }
    if (!Files.isRegularFile(path)) {
      throw new BadDataException(location + " is neither a folder nor a regular file");
    }
    Archive archive = Archive.open(path, options.tree().encoding());
    if (isShard(archive)) {
      return ShardSource.of(location, List.of(path), options);
    }
    CifarFormat cifar = cifarIn(archive);
    return cifar != null
        ? new CifarSource(archive, cifar, options)
        : new ImageTreeSource(archive, options);
  }

  /**
   * The tar shards that a location names, in order: those of a folder of nothing but .tar files, or
   * of a pattern such as {@code photos-{0000..0099}.tar}. Empty if it names none.
   *
   * @throws BadDataException if a shard of the pattern is missing
   */
  public static List<Path> shards(String location) {
    return ShardSource.shards(location, path(location));
  }

  /** The names of datasets that are downloaded or generated. */
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
      String encoding = System.getProperty("sun.jnu.encoding", "");
      boolean byLocale = location.chars().anyMatch(c -> c > 127);
      throw unknown(
          location,
          "is not a path"
              + (byLocale
                  ? " in this locale, whose file names are " + encoding + " (set LC_ALL to C.UTF-8)"
                  : ""));
    }
    throw unknown("the data location", "is empty");
  }

  private static BadDataException unknown(String location, String problem) {
    return new BadDataException(
        location
            + " "
            + problem
            + "; give a folder, a .zip or a .tar, plain or compressed, or one of "
            + String.join(", ", names()));
  }

  private static Source ofFolder(Path folder, ReadOptions options) {
    boolean training = options.selection() == SplitSelection.TRAINING;
    List<Path> candidates = new ArrayList<>(List.of(folder));
    Path only = onlyFolder(folder, options.tree().encoding());
    if (only != null) {
      candidates.add(only);
    }
    for (Path candidate : candidates) {
      if (IdxSource.isIn(candidate)) {
        return new IdxSource(candidate, IdxSource.DIGITS, options);
      }
      for (CifarFormat format : CifarFormat.ALL) {
        if (format.isIn(candidate)) {
          Predicate<String> test = name -> training && EntryNames.last(name).equals(format.test());
          return new CifarSource(tree(candidate, test, options), format, options);
        }
      }
    }
    Set<String> test =
        training && options.tree().labelling().isEmpty()
            ? TreeLayout.testFolders(folder, options.tree().encoding())
            : Set.of();
    return new ImageTreeSource(tree(folder, test::contains, options), options);
  }

  private static FolderTree tree(Path folder, Predicate<String> excluded, ReadOptions options) {
    TreeOptions tree = options.tree();
    FolderTree files = FolderTree.of(folder, excluded, tree.followLinks(), tree.encoding());
    files.requireEveryFolder();
    return files;
  }

  /** The only child of a folder if that is a folder, as in many unpacked archives. */
  private static @Nullable Path onlyFolder(Path folder, Optional<Charset> encoding) {
    Collection<Path> children = FolderTree.children(folder, encoding).values();
    Path first = children.size() == 1 ? children.iterator().next() : null;
    return first != null && Files.isDirectory(first) ? first : null;
  }

  /** Whether the first two files of an archive are those of a sample, of which one is a class. */
  private static boolean isShard(Archive archive) {
    List<String> first = new ArrayList<>();
    try {
      archive.walk(
          entry -> {
            first.add(entry.name());
            if (first.size() == 2) {
              throw new Peek.Enough();
            }
          });
    } catch (Peek.Enough e) {
      return ShardTree.key(first.get(0)).equals(ShardTree.key(first.get(1)))
          && first.stream().map(ShardTree::ending).anyMatch(ShardTree.LABELS::contains);
    }
    return false;
  }

  /** The CIFAR format of an archive, or null: its first file that is no text decides. */
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

    /** Ends the walk once the format is known. */
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
