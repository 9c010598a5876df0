package dev.onecycle.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder. Links are followed only to what lies inside the folder, so that a set of
 * images from elsewhere cannot reach the rest of the disk; a link to a folder that holds it is not.
 */
final class FolderTree implements FileTree {
  private final String name;
  private final Path root;
  private final List<String> folders = new ArrayList<>();
  private final List<FolderEntry> entries = new ArrayList<>();

  private FolderTree(String name, Path root) {
    this.name = name;
    this.root = root;
  }

  /** Lists the files of a folder. */
  static FolderTree of(Path folder) {
    try {
      FolderTree tree = new FolderTree(folder.toString(), folder.toRealPath());
      tree.list(tree.root, "", List.of(tree.root));
      return tree;
    } catch (IOException e) {
      throw Failures.reading(folder, e);
    }
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

  private void list(Path folder, String prefix, List<Path> above) throws IOException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    }
    children.sort((a, b) -> a.getFileName().compareTo(b.getFileName()));
    for (Path child : children) {
      String childName = prefix + child.getFileName();
      if (!EntryNames.isHidden(childName)) {
        add(child, childName, above);
      }
    }
  }

  private void add(Path path, String childName, List<Path> above) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isSymbolicLink()) {
      add(path, path, childName, attributes, above);
      return;
    }
    Path target;
    try {
      target = path.toRealPath();
    } catch (IOException e) {
      entries.add(new FolderEntry(childName, path, attributes, "is a link that leads nowhere"));
      return;
    }
    if (!target.startsWith(root)) {
      entries.add(
          new FolderEntry(childName, path, attributes, "is a link that leads out of " + name));
    } else if (above.contains(target)) {
      entries.add(
          new FolderEntry(childName, path, attributes, "is a link to a folder that holds it"));
    } else {
      add(path, target, childName, Files.readAttributes(target, BasicFileAttributes.class), above);
    }
  }

  private void add(
      Path path, Path real, String childName, BasicFileAttributes attributes, List<Path> above)
      throws IOException {
    if (attributes.isDirectory()) {
      folders.add(childName);
      List<Path> chain = new ArrayList<>(above);
      chain.add(real);
      list(path, childName + "/", chain);
    } else {
      entries.add(
          new FolderEntry(
              childName,
              path,
              attributes,
              attributes.isRegularFile() ? null : "is not a regular file"));
    }
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
        throw new BadImage("cannot be read: " + Failures.text(e), e);
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
