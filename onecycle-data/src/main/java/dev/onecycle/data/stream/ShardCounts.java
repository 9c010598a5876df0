package dev.onecycle.data.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.data.archive.ShardReader;
import dev.onecycle.data.archive.ShardReader.Parts;
import dev.onecycle.data.archive.ShardReader.Sample;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.data.archive.Utf8Text;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of samples of shards and of their classes. They come from files beside the shards,
 * {@code sizes.json} and {@code classes.txt}; or the headers and the classes of the shards are read
 * once, and the numbers are kept in the cache.
 *
 * <p><i>Source:</i> {@code sizes.json}, an object of the names of shards and their numbers of
 * samples, is a convention of the users of WebDataset.
 */
final class ShardCounts {
  static final String SIZES = "sizes.json";
  static final String CLASSES = "classes.txt";

  private static final int VERSION = 1;
  private static final int MAX_CLASSES = 100_000;
  private static final JsonMapper JSON = new JsonMapper();

  private final List<ShardFile> files;
  private final StreamOptions options;
  private final Path cacheFolder;
  private final Optional<Path> beside;
  private final ReadingListener listener;

  /**
   * What was counted.
   *
   * @param samples of each shard
   * @param classes the samples of each class
   */
  private record Counted(int[] samples, TreeMap<String, Long> classes) {}

  /**
   * @param beside the folder of files beside the shards, where there is one
   * @param cacheFolder of what was counted; created when needed
   */
  ShardCounts(
      List<ShardFile> files,
      StreamOptions options,
      Optional<Path> beside,
      Path cacheFolder,
      ReadingListener listener) {
    this.listener = listener;
    this.files = files;
    this.options = options;
    this.beside = beside;
    this.cacheFolder = cacheFolder;
  }

  /**
   * The shards of the first set, whose classes are those of the data unless a file names them.
   *
   * @param classes those of the data, where they are known already
   * @throws BadDataException if a shard is damaged, or a sample has no class
   */
  Shards read(Optional<List<String>> classes) {
    Optional<List<String>> named = classes.or(this::named);
    String ending = ending();
    Optional<int[]> sizes = sizes();
    if (sizes.isPresent() && named.isPresent()) {
      return new Shards(
          files,
          sizes.get(),
          named.get(),
          numbers(named.get()),
          ending,
          Optional.empty(),
          SIZES + " gives",
          options.encoding());
    }
    Counted counted = counted(ending);
    for (int i = 0; sizes.isPresent() && i < counted.samples.length; i++) {
      if (sizes.get()[i] != counted.samples[i]) {
        throw new BadDataException(
            files.get(i).name()
                + " has "
                + counted.samples[i]
                + " samples, but "
                + SIZES
                + " says "
                + sizes.get()[i]);
      }
    }
    List<String> all = named.orElse(List.copyOf(counted.classes.keySet()));
    Shards shards = shards(counted, all, ending, Optional.empty());
    long[] counts = new long[all.size()];
    counted.classes.forEach(
        (name, count) -> counts[shards.label(files.get(0).name() + " or another", name)] += count);
    return shards(counted, all, ending, Optional.of(counts));
  }

  private Shards shards(
      Counted counted, List<String> classes, String ending, Optional<long[]> classCounts) {
    return new Shards(
        files,
        counted.samples,
        classes,
        numbers(classes),
        ending,
        classCounts,
        "were counted",
        options.encoding());
  }

  /**
   * The classes by the numbers that samples may give: a file gives them their order, whatever their
   * order in a model. None where there is no file, or a number may be the name of a class.
   */
  private List<String> numbers(List<String> classes) {
    List<String> numbers = named().orElse(List.of());
    return Stream.of(classes, numbers).flatMap(List::stream).anyMatch(name -> name.matches("\\d+"))
        ? List.of()
        : numbers;
  }

  /** The ending of the files that hold classes: of the first sample, the first one that is one. */
  private String ending() {
    try (ShardReader reader = Shards.open(files.get(0), options.encoding())) {
      Sample first =
          reader
              .next(Parts.LABEL)
              .orElseThrow(() -> new BadDataException(files.get(0).name() + " has no samples"));
      return ShardTree.LABELS.stream()
          .filter(first.labels()::containsKey)
          .findFirst()
          .orElseThrow(
              () ->
                  new BadDataException(
                      files.get(0).name()
                          + "/"
                          + first.key()
                          + " has no label: expected "
                          + first.key()
                          + ".cls, .txt or .json beside its image, as in WebDataset"));
    }
  }

  private Optional<Path> besideFile(String name) {
    return beside.map(folder -> folder.resolve(name)).filter(Files::isRegularFile);
  }

  private Optional<List<String>> named() {
    return besideFile(CLASSES)
        .map(
            file -> {
              List<String> names =
                  text(file).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
              if (new HashSet<>(names).size() < names.size() || names.size() < 2) {
                throw new BadDataException(
                    file + " must name two classes or more, one on each line, each once");
              }
              return names;
            });
  }

  private Optional<int[]> sizes() {
    return besideFile(SIZES)
        .map(
            file -> {
              try {
                JsonNode sizes = JSON.readTree(text(file));
                return files.stream().mapToInt(shard -> size(file, sizes, shard)).toArray();
              } catch (JsonProcessingException e) {
                throw new BadDataException(file + " is no JSON: " + e.getOriginalMessage(), e);
              }
            });
  }

  private static int size(Path file, JsonNode sizes, ShardFile shard) {
    @Nullable JsonNode size = sizes.get(shard.fileName());
    if (size == null || !size.canConvertToInt() || size.asInt() < 0) {
      throw new BadDataException(
          file
              + " must give the number of samples of "
              + shard.fileName()
              + (size == null ? " but does not" : " but has " + size)
              + "; remove the file to have the samples counted");
    }
    return size.asInt();
  }

  private static String text(Path file) {
    try {
      return Utf8Text.of(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** From the cache where no shard has changed. */
  private Counted counted(String ending) {
    StringBuilder names = new StringBuilder(VERSION + " " + ending + " " + options.encoding());
    StringBuilder states = new StringBuilder();
    files.forEach(file -> names.append('\n').append(file.name()));
    files.forEach(file -> states.append('\n').append(file.state()));
    Path kept = cacheFolder.resolve(Sha256.of(names.toString()).substring(0, 32) + ".json");
    String state = Sha256.of(states.toString());
    Optional<Counted> known = known(kept, state);
    if (known.isPresent()) {
      return known.get();
    }
    Counted counted = count(ending);
    keep(kept, state, counted);
    return counted;
  }

  private Counted count(String ending) {
    ConcurrentMap<String, Long> classes = new ConcurrentHashMap<>();
    AtomicInteger done = new AtomicInteger();
    int[] samples =
        IntStream.range(0, files.size())
            .parallel()
            .map(
                i -> {
                  int count = count(files.get(i), ending, classes);
                  listener.progressed("Counting shards", done.incrementAndGet(), files.size());
                  return count;
                })
            .toArray();
    return new Counted(samples, new TreeMap<>(classes));
  }

  private int count(ShardFile file, String ending, ConcurrentMap<String, Long> classes) {
    try (ShardReader reader = Shards.open(file, options.encoding())) {
      for (Optional<Sample> sample = reader.next(Parts.LABEL);
          sample.isPresent();
          sample = reader.next(Parts.LABEL)) {
        classes.merge(Shards.labelText(file, sample.get(), ending), 1L, Long::sum);
        if (classes.size() > MAX_CLASSES) {
          throw new BadDataException(
              file.name()
                  + " and others have more than 100,000 classes in their ."
                  + ending
                  + " files; are these captions?");
        }
      }
      return reader.position();
    }
  }

  /** What was counted before; empty if there is nothing, or shards have changed since. */
  private Optional<Counted> known(Path kept, String state) {
    try {
      JsonNode tree = Files.isRegularFile(kept) ? JSON.readTree(kept.toFile()) : JSON.nullNode();
      int[] samples = new int[files.size()];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = tree.path("samples").path(i).asInt(-1);
      }
      TreeMap<String, Long> classes = new TreeMap<>();
      tree.path("classes")
          .fields()
          .forEachRemaining(entry -> classes.put(entry.getKey(), entry.getValue().asLong()));
      long sum = classes.values().stream().mapToLong(Long::longValue).sum();
      boolean whole =
          tree.path("state").asText().equals(state)
              && Arrays.stream(samples).allMatch(count -> count >= 0)
              && Arrays.stream(samples).asLongStream().sum() == sum;
      return whole ? Optional.of(new Counted(samples, classes)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // counted and written again
    }
  }

  /** A folder that cannot be written costs the time of the next count, and nothing else. */
  private void keep(Path kept, String state, Counted counted) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("state", state);
    ArrayNode samples = tree.putArray("samples");
    Arrays.stream(counted.samples).forEach(samples::add);
    ObjectNode classes = tree.putObject("classes");
    counted.classes.forEach(classes::put);
    try {
      Files.createDirectories(cacheFolder);
      Path temporary = Files.createTempFile(cacheFolder, "counts", ".tmp");
      Files.writeString(temporary, tree.toString());
      Files.move(temporary, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // The next start counts again.
    }
  }

  /** The names of the shards, for a fingerprint. */
  static List<String> names(Shards shards) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < shards.files().size(); i++) {
      ShardFile file = shards.file(i);
      names.add(file.fileName() + " " + file.length() + " " + shards.count(i));
    }
    return names;
  }
}
