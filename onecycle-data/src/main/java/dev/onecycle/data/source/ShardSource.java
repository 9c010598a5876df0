package dev.onecycle.data.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.data.archive.Utf8Text;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The images of tar shards in WebDataset's convention, listed. The class of an image stands beside
 * it: {@code key.cls}, else {@code key.txt}, else a member of {@code key.json}.
 */
public final class ShardSource implements Source {
  private static final Pattern BRACES =
      Pattern.compile("(.*)\\{([0-9]{1,9})\\.\\.([0-9]{1,9})}(.*)");

  private static final int MAX_SHARDS = 100_000;

  /** A longer text is a caption and no class. */
  private static final int MAX_LABEL = 200;

  private static final JsonMapper JSON = new JsonMapper();

  /** The members of a JSON object that may hold a class. */
  private static final List<String> MEMBERS = List.of("label", "class", "cls", "class_name");

  private final ShardTree tree;
  private final ReadOptions options;

  private ShardSource(ShardTree tree, ReadOptions options) {
    this.tree = tree;
    this.options = options;
  }

  /** The source of shards; the labelling of the options, where there is one, gives the classes. */
  static Source of(String location, List<Path> shards, ReadOptions options) {
    ShardTree tree = new ShardTree(location, shards, options.tree().encoding());
    return options.tree().labelling().isPresent()
        ? new ImageTreeSource(tree, options)
        : new ShardSource(tree, options);
  }

  /**
   * The shards that a location names, in order: the .tar files of a folder that has no folders, or
   * those of a pattern such as {@code photos-{0000..0099}.tar}. Empty if it names none.
   *
   * @throws BadDataException if a shard of the pattern is missing, or images lie beside the shards
   */
  static List<Path> shards(String location, Path path) {
    Matcher braces = BRACES.matcher(location);
    if (braces.matches() && !Files.exists(path)) {
      return expanded(location, braces);
    }
    List<Path> shards = new ArrayList<>();
    List<String> images = new ArrayList<>();
    if (Files.isDirectory(path)) {
      try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
        for (Path child : children) {
          if (!EntryNames.isHidden(child.getFileName().toString())) {
            if (Files.isDirectory(child)) {
              return List.of();
            }
            if (child.toString().endsWith(".tar")) {
              shards.add(child);
            } else if (ImageNames.isNamedAsImage(child.toString())) {
              images.add(child.getFileName().toString());
            }
          }
        }
      } catch (IOException e) {
        throw IoErrors.cannotRead(path, e);
      }
      shards.sort((a, b) -> a.toString().compareTo(b.toString()));
    }
    if (!shards.isEmpty() && !images.isEmpty()) {
      throw new BadDataException(
          Numbers.format(
              "%s must have either images or .tar shards but has both, such as %s and %s; put them in"
                  + " folders of their own",
              location, Collections.min(images), shards.get(0).getFileName()));
    }
    return shards;
  }

  private static List<Path> expanded(String location, Matcher braces) {
    String first = braces.group(2);
    long begin = Long.parseLong(first);
    long end = Long.parseLong(braces.group(3));
    if (end < begin || end - begin >= MAX_SHARDS) {
      throw new BadDataException(
          location + " must name 1 to 100,000 shards, the lower number first, but does not");
    }
    List<Path> shards = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (long i = begin; i <= end; i++) {
      String number = String.valueOf(i);
      String padded = "0".repeat(Math.max(0, first.length() - number.length())) + number;
      Path shard = Path.of(braces.group(1) + padded + braces.group(4));
      shards.add(shard);
      if (!Files.isRegularFile(shard)) {
        missing.add(shard.toString());
      }
    }
    if (!missing.isEmpty()) {
      throw new BadDataException(
          Numbers.format(
              "%,d of %,d shards of %s are missing: %s",
              missing.size(), shards.size(), location, Labelling.some(missing)));
    }
    return shards;
  }

  @Override
  public String description() {
    return "shards " + tree.location() + " " + options.description();
  }

  @Override
  public String state() {
    return tree.state();
  }

  @Override
  public SourceIndex read(PixelSink.Factory sinks) {
    return new ImageTreeSource(tree, options.withLabelling(labels())).read(sinks);
  }

  private Labelling labels() {
    Map<String, Map<String, byte[]>> byEnding = new HashMap<>();
    tree.walkLabels(
        (key, ending, bytes) -> {
          Map<String, byte[]> byKey = byEnding.computeIfAbsent(ending, e -> new HashMap<>());
          if (byKey.put(key, bytes) != null) {
            throw new BadDataException(
                tree.name() + " has " + key + "." + ending + " twice; keys must differ");
          }
        });
    for (String ending : ShardTree.LABELS) {
      Map<String, byte[]> texts = byEnding.get(ending);
      if (texts != null) {
        Map<String, String> classes = new HashMap<>();
        new TreeMap<>(texts).forEach((key, text) -> classes.put(key, label(key, ending, text)));
        return new Labelling.Beside(ending, classes);
      }
    }
    throw new BadDataException(
        tree.name()
            + " has no classes beside its images; expected key.cls, key.txt or key.json beside"
            + " key.jpg, as in WebDataset, or set labels to a table");
  }

  private String label(String key, String ending, byte[] text) {
    String origin = key + "." + ending + " in " + tree.name();
    return classOf(origin, ending, Utf8Text.of(origin, text));
  }

  /**
   * The class that a file beside an image holds.
   *
   * @param origin of the file, for messages
   * @param ending of its name, one of {@link ShardTree#LABELS}
   * @throws BadDataException if it holds none
   */
  public static String classOf(String origin, String ending, String text) {
    @Nullable String label = ending.equals("json") ? member(text) : text.strip();
    if (label == null
        || label.isEmpty()
        || label.length() > MAX_LABEL
        || label.lines().count() > 1) {
      throw new BadDataException(
          origin
              + (ending.equals("json")
                  ? " must be an object with a text or a number as label, class or cls"
                  : " must hold the name or the number of a class")
              + " but does not; it has "
              + shortened(text));
    }
    return label;
  }

  private static @Nullable String member(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      for (String name : MEMBERS) {
        @Nullable JsonNode value = tree.get(name);
        if (value != null && (value.isTextual() || value.isIntegralNumber())) {
          return value.asText().strip();
        }
      }
      return null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static String shortened(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.isEmpty() ? "nothing" : line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }
}
