package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Several .tar files as one tree, in WebDataset's convention: the files of a sample lie side by
 * side in one shard, and their names begin with the same key, up to the first dot.
 *
 * <p>A file's name in the tree begins with the name of its shard, without the number at its end:
 * {@code photos-train/photos-train-0001.tar/key.jpg}. So the shards' names say which sets there
 * are.
 *
 * <p><i>Source:</i> the tar format of the WebDataset library,
 * https://github.com/webdataset/webdataset.
 */
public final class ShardTree implements FileTree {
  /** The endings of files that hold the class of a sample, the first one that is there counts. */
  public static final List<String> LABELS = List.of("cls", "txt", "json");

  private static final Set<String> LABEL_SET = Set.copyOf(LABELS);

  private final String name;
  private final List<Archive> shards;

  /**
   * @param name of the tree in messages
   * @param shards the files, in order
   * @param encoding of names that do not say theirs
   * @throws dev.onecycle.error.BadDataException if one is no archive or cannot be read
   */
  public ShardTree(String name, List<Path> shards, Optional<Charset> encoding) {
    this.name = name;
    this.shards = shards.stream().map(shard -> Archive.open(shard, encoding)).toList();
  }

  /** Receives the files that hold classes. */
  public interface LabelVisitor {
    /**
     * @param key of the sample: the name of its files in the tree up to their first dot
     * @param ending of the file, one of {@link #LABELS}
     * @param bytes the content of the file
     */
    void label(String key, String ending, byte[] bytes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String location() {
    return shards.stream().map(Archive::location).collect(Collectors.joining("\n"));
  }

  @Override
  public String state() {
    return shards.stream().map(Archive::state).collect(Collectors.joining("\n"));
  }

  @Override
  public List<String> notes() {
    return shards.stream().flatMap(shard -> shard.notes().stream()).distinct().toList();
  }

  /** Visits all files but those that hold classes. */
  @Override
  public void walk(Visitor visitor) {
    for (Archive shard : shards) {
      String prefix = prefix(shard);
      shard.walk(
          entry -> {
            if (!isLabel(entry.name())) {
              visitor.file(new ShardEntry(prefix + entry.name(), entry));
            }
          });
    }
  }

  /** Visits the files that hold classes, and reads no other file. */
  public void walkLabels(LabelVisitor visitor) {
    for (Archive shard : shards) {
      String prefix = prefix(shard);
      shard.walk(
          entry -> {
            String ending = ending(entry.name());
            if (LABEL_SET.contains(ending)) {
              try {
                visitor.label(key(prefix + entry.name()), ending, entry.content().bytes());
              } catch (BadImage e) {
                visitor.label(key(prefix + entry.name()), ending, new byte[0]);
              }
            }
          });
    }
  }

  /** Whether a file of a shard holds the class of a sample. */
  public static boolean isLabel(String name) {
    return LABEL_SET.contains(ending(name));
  }

  /** The key of a sample: the name of one of its files up to the first dot of its last part. */
  public static String key(String name) {
    int slash = name.lastIndexOf('/');
    int dot = name.indexOf('.', slash + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** The part of a name after its key, in small letters: {@code jpg}, {@code seg.png}. */
  public static String ending(String name) {
    String key = key(name);
    return key.length() == name.length()
        ? ""
        : name.substring(key.length() + 1).toLowerCase(Locale.ROOT);
  }

  /** The name of the set that a shard belongs to: its own without the number at its end. */
  public static String set(String file) {
    return file.replaceFirst("(?i)\\.(tar(\\.[a-z0-9]+)?|tgz|zip)$", "")
        .replaceFirst("[-_.]?[0-9]+$", "");
  }

  private static String prefix(Archive shard) {
    String file = shard.path().getFileName().toString();
    return set(file) + "/" + file + "/";
  }

  private record ShardEntry(String name, Entry entry) implements Entry {
    @Override
    public long size() {
      return entry.size();
    }

    @Override
    public Optional<Place> place() {
      return entry.place();
    }

    @Override
    public InputStream open() throws IOException, BadImage {
      return entry.open();
    }

    @Override
    public Content content() {
      return entry.content();
    }
  }
}
