package dev.onecycle.data.stream;

import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.data.archive.ShardReader;
import dev.onecycle.data.archive.ShardReader.Sample;
import dev.onecycle.data.archive.Utf8Text;
import dev.onecycle.data.source.ImageNames;
import dev.onecycle.data.source.ShardSource;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Numbers;
import java.nio.charset.Charset;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The shards of one set of images, with their numbers of samples and the names of the classes. */
final class Shards {
  /** The images that statistics are taken from. */
  static final int SOME = 1024;

  /** The most shards that they come from. */
  private static final int SOME_SHARDS = 64;

  private final List<ShardFile> files;
  private final int[] counts;
  private final List<String> classes;
  private final String ending;
  private final Optional<long[]> classCounts;
  private final String counted;
  private final Optional<Charset> encoding;
  private final Map<String, Integer> labels = new HashMap<>();

  /**
   * @param counts the samples of each shard
   * @param ending of the files that hold classes
   * @param numbers the classes by the numbers that a sample may give instead; none where it may not
   * @param classCounts the images of each class; empty if not known
   * @param counted what gave the counts, for messages: "sizes.json gives"
   */
  Shards(
      List<ShardFile> files,
      int[] counts,
      List<String> classes,
      List<String> numbers,
      String ending,
      Optional<long[]> classCounts,
      String counted,
      Optional<Charset> encoding) {
    this.files = List.copyOf(files);
    this.counts = counts;
    this.classes = List.copyOf(classes);
    this.ending = ending;
    this.classCounts = classCounts;
    this.counted = counted;
    this.encoding = encoding;
    for (int i = 0; i < classes.size(); i++) {
      labels.put(classes.get(i), i);
    }
    for (int i = 0; i < numbers.size(); i++) {
      @Nullable Integer label = labels.get(numbers.get(i));
      if (label != null) {
        labels.putIfAbsent(String.valueOf(i), label);
      }
    }
  }

  List<ShardFile> files() {
    return files;
  }

  ShardFile file(int shard) {
    return files.get(shard);
  }

  String name(int shard) {
    return files.get(shard).name();
  }

  int count(int shard) {
    return counts[shard];
  }

  /** The array itself; must not be changed. */
  int[] counts() {
    return counts;
  }

  /** The number of samples. */
  int size() {
    return Math.toIntExact(Arrays.stream(counts).asLongStream().sum());
  }

  List<String> classes() {
    return classes;
  }

  Optional<long[]> classCounts() {
    return classCounts.map(long[]::clone);
  }

  String counted() {
    return counted;
  }

  ShardReader open(int shard) {
    return open(files.get(shard), encoding);
  }

  static ShardReader open(ShardFile file, Optional<Charset> encoding) {
    return new ShardReader(file, encoding, ImageNames::mayBeImage);
  }

  /**
   * The class of a sample, by its name or its number.
   *
   * @throws BadDataException naming the shard and the key, if it has none
   */
  int label(int shard, Sample sample) {
    ShardFile file = files.get(shard);
    return label(file.name() + "/" + sample.key() + "." + ending, labelText(file, sample, ending));
  }

  /** The class of a name or a number that a file has. */
  int label(String origin, String text) {
    @Nullable Integer label = labels.get(text);
    if (label == null) {
      throw new BadDataException(
          Numbers.format(
              "%s must hold one of the %,d classes but has %s", origin, classes.size(), text));
    }
    return label;
  }

  static String labelText(ShardFile shard, Sample sample, String ending) {
    byte @Nullable [] text = sample.labels().get(ending);
    String origin = shard.name() + "/" + sample.key();
    if (text == null) {
      throw new BadDataException(
          origin + " has no label: expected " + sample.key() + "." + ending + " beside its image");
    }
    return Normalizer.normalize(
        ShardSource.classOf(
            origin + "." + ending, ending, Utf8Text.of(origin + "." + ending, text)),
        Normalizer.Form.NFC);
  }

  /**
   * The indices of some samples of many places: of shards at equal distances, of few shards at
   * equal distances in them, of many the first ones. All where there are few.
   *
   * @param most at least 1
   */
  int[] some(int most) {
    int size = size();
    if (size <= most) {
      return IntStream.range(0, size).toArray();
    }
    if (counts.length <= SOME_SHARDS) {
      return IntStream.range(0, most).map(i -> (int) ((long) i * size / most)).toArray();
    }
    int[] offsets = new int[counts.length];
    for (int i = 1; i < counts.length; i++) {
      offsets[i] = offsets[i - 1] + counts[i - 1];
    }
    int read = Math.min(SOME_SHARDS, most);
    return IntStream.range(0, read)
        .map(i -> (int) ((long) i * counts.length / read))
        .flatMap(
            shard ->
                IntStream.range(0, Math.min(counts[shard], most / read))
                    .map(i -> offsets[shard] + i))
        .toArray();
  }
}
