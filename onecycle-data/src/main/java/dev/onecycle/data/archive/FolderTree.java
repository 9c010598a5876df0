package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder. Links are followed only inside the folder, so that a dataset cannot reach
 * the rest of the disk, unless the user allows more; a link to a folder that contains it is not
 * followed.
 */
public final class FolderTree implements FileTree {
  private static final int MAX_FILES = 20_000_000;

  private final String name;
  private final Path root;
  private final Predicate<String> excluded;
  private final boolean followLinks;
  private final NameDecoder names;
  private final List<String> folders = new ArrayList<>();
  private final List<FolderEntry> entries = new ArrayList<>();
  private final AtomicInteger found = new AtomicInteger();

  /** The links to folders elsewhere, which are not followed. */
  private final Set<String> foldersElsewhere = new ConcurrentSkipListSet<>();

  private FolderTree(
      String name,
      Path root,
      Predicate<String> excluded,
      boolean followLinks,
      Optional<Charset> encoding) {
    this.name = name;
    this.root = root;
    this.excluded = excluded;
    this.followLinks = followLinks;
    this.names = names(name, encoding);
  }

  /** A folder, which has no entry, or a file. */
  private record Found(String name, @Nullable FolderEntry entry) {}

  /**
   * Lists the files of a folder.
   *
   * @param excluded tells by their relative names which files are left out and which folders are
   *     not listed
   * @param followLinks whether links out of the folder are followed
   * @param encoding of names that are not UTF-8
   */
  public static FolderTree of(
      Path folder, Predicate<String> excluded, boolean followLinks, Optional<Charset> encoding) {
    try {
      FolderTree tree =
          new FolderTree(folder.toString(), folder.toRealPath(), excluded, followLinks, encoding);
      tree.list(tree.root, "", List.of(tree.root)).forEach(tree::add);
      return tree;
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  /**
   * The files and folders in a folder by their names, except hidden ones.
   *
   * @param encoding of names that are not UTF-8
   */
  public static Map<String, Path> children(Path folder, Optional<Charset> encoding) {
    return children(folder, names(folder.toString(), encoding));
  }

  private static NameDecoder names(String folder, Optional<Charset> encoding) {
    return new NameDecoder(folder, encoding, StandardCharsets.ISO_8859_1);
  }

  private static Map<String, Path> children(Path folder, NameDecoder names) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    Collections.sort(children);
    Map<String, Path> byName = new LinkedHashMap<>();
    for (Path child : children) {
      String childName;
      synchronized (names) {
        childName = names.lastOf(child);
      }
      if (!EntryNames.isHidden(childName) && byName.put(childName, child) != null) {
        throw names.same(folder + "/" + childName);
      }
    }
    return byName;
  }

  /**
   * Requires that no folder is left out because it is a link: a class or a set would be missing.
   *
   * @throws BadDataException naming the first such link
   */
  public void requireEveryFolder() {
    if (!foldersElsewhere.isEmpty()) {
      throw new BadDataException(
          name
              + "/"
              + foldersElsewhere.iterator().next()
              + " is a link to a folder that lies outside of "
              + name
              + "; set follow_links to read it, or remove it");
    }
  }

  @Override
  public List<String> notes() {
    return names.note().stream().toList();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public String state() {
    StringBuilder text = new StringBuilder();
    for (FolderEntry entry : entries) {
      text.append(entry.name).append('\0').append(entry.size).append(' ').append(entry.modified);
      text.append('\n');
    }
    folders.forEach(folder -> text.append(folder).append('\n'));
    return text.toString();
  }

  @Override
  public void walk(Visitor visitor) {
    folders.forEach(visitor::folder);
    entries.forEach(visitor::file);
  }

  private void add(Found one) {
    if (one.entry() == null) {
      folders.add(one.name());
    } else {
      entries.add(one.entry());
    }
  }

  /** Lists a folder and the folders below it; on all cores, since each file takes a call. */
  private List<Found> list(Path folder, String prefix, List<Path> above) {
    Map<String, Path> children = children(folder, names);
    if (found.addAndGet(children.size()) > MAX_FILES) {
      throw new BadDataException(name + " has more than " + MAX_FILES + " files");
    }
    return children.entrySet().parallelStream()
        .flatMap(child -> found(child.getValue(), prefix + child.getKey(), above))
        .toList();
  }

  private Stream<Found> found(Path path, String childName, List<Path> above) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isSymbolicLink()
          ? linked(path, childName, attributes, above)
          : found(path, childName, attributes, above);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  private Stream<Found> linked(
      Path link, String childName, BasicFileAttributes attributes, List<Path> above)
      throws IOException {
    Path target;
    try {
      target = link.toRealPath();
    } catch (IOException e) {
      return file(childName, link, attributes, "is a link that leads nowhere");
    }
    if (!followLinks && !target.startsWith(root)) {
      if (Files.isDirectory(target)) {
        foldersElsewhere.add(childName);
      }
      return file(
          childName,
          link,
          attributes,
          "is a link that leads out of " + name + " (set follow_links to read it)");
    }
    if (above.contains(target)) {
      return file(childName, link, attributes, "is a link to a folder that holds it");
    }
    return found(target, childName, Files.readAttributes(target, BasicFileAttributes.class), above);
  }

  /**
   * @param real a path without links
   * @param above the real paths of the folders that contain it; a link must not lead to them
   */
  private Stream<Found> found(
      Path real, String childName, BasicFileAttributes attributes, List<Path> above) {
    boolean isExcluded = excluded.test(childName);
    if (!attributes.isDirectory()) {
      if (isExcluded) {
        return Stream.empty();
      }
      String problem = attributes.isRegularFile() ? null : "is not a regular file";
      return file(childName, real, attributes, problem);
    }
    Stream<Found> itself = Stream.of(new Found(childName, null));
    if (isExcluded) {
      return itself;
    }
    List<Path> chain = new ArrayList<>(above);
    chain.add(real);
    return Stream.concat(itself, list(real, childName + "/", chain).stream());
  }

  private static Stream<Found> file(
      String name, Path path, BasicFileAttributes attributes, @Nullable String problem) {
    return Stream.of(new Found(name, new FolderEntry(name, path, attributes, problem)));
  }

  private static final class FolderEntry implements Entry, Content {
    private final String name;
    private final Path path;
    private final long size;
    private final long modified;
    private final @Nullable String problem;

    FolderEntry(String name, Path path, BasicFileAttributes attributes, @Nullable String problem) {
      this.name = name;
      this.path = path;
      this.size = attributes.size();
      this.modified = attributes.lastModifiedTime().toMillis();
      this.problem = problem;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public InputStream open() throws IOException, BadImage {
      requireRegular();
      return Files.newInputStream(path);
    }

    @Override
    public Optional<Place> place() {
      return problem == null ? Optional.of(new Place(path, 0, size)) : Optional.empty();
    }

    @Override
    public Content content() {
      return this;
    }

    @Override
    public byte[] head(int length) throws BadImage {
      requireRegular();
      ImageDecoder.requireSize(size);
      try (InputStream in = Files.newInputStream(path)) {
        return in.readNBytes(length);
      } catch (IOException e) {
        throw new BadImage("cannot be read: " + IoErrors.reason(e), e);
      }
    }

    @Override
    public byte[] bytes() throws BadImage {
      requireRegular();
      return ImageDecoder.read(path);
    }

    private void requireRegular() throws BadImage {
      if (problem != null) {
        throw new BadImage(problem);
      }
    }
  }
}
