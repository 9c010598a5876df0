package dev.onecycle.data.stream;

import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.data.archive.ShardReader.Parts;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.MixedSizes;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.SplitNames;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** The sets of images of tar shards, as streams. Only the shards of the sets asked for are read. */
public final class StreamedSource {
  private final String name;
  private final StreamOptions options;
  private final Optional<Path> beside;
  private final Path cacheFolder;
  private final Map<String, List<ShardFile>> sets;
  private final List<String> notes = new ArrayList<>();
  private boolean heldOut;

  /**
   * @param name of the data in messages
   * @param files the shards, in order
   * @param beside the folder of {@code sizes.json} and {@code classes.txt}, where there is one
   * @param cacheFolder of what was counted
   * @throws BadDataException if the names of the shards name sets, and not all do
   */
  public StreamedSource(
      String name,
      List<ShardFile> files,
      StreamOptions options,
      Optional<Path> beside,
      Path cacheFolder) {
    this.name = name;
    this.options = options;
    this.beside = beside;
    this.cacheFolder = cacheFolder;
    this.sets = sets(name, files);
  }

  /**
   * Sets of images of one shape and of the same classes.
   *
   * @param byName the images by the names of the sets, see {@link Split}
   * @param trainingFingerprint the same without the test set; what is held out is no matter
   * @param fingerprint SHA-256 over shape, classes, and the names, sizes and numbers of samples of
   *     the shards
   */
  public record Sets(
      Map<String, StreamedImages> byName,
      ReadingReport report,
      String fingerprint,
      String trainingFingerprint) {
    /** The images of a set that there is. */
    public StreamedImages of(String set) {
      return Objects.requireNonNull(byName.get(set));
    }
  }

  private static Map<String, List<ShardFile>> sets(String name, List<ShardFile> files) {
    Map<String, List<ShardFile>> byPrefix = new LinkedHashMap<>();
    for (ShardFile file : files) {
      byPrefix.computeIfAbsent(ShardTree.set(file.fileName()), p -> new ArrayList<>()).add(file);
    }
    Map<String, String> means = SplitNames.of(byPrefix.keySet());
    Map<String, List<ShardFile>> sets = new LinkedHashMap<>();
    byPrefix.forEach(
        (prefix, shards) -> {
          String set = means.isEmpty() ? Split.ALL : means.getOrDefault(prefix, "");
          if (set.isEmpty()) {
            throw new BadDataException(
                name
                    + " has "
                    + shards.get(0).fileName()
                    + ", which is in none of the sets "
                    + String.join(", ", means.keySet()));
          }
          sets.computeIfAbsent(set, s -> new ArrayList<>()).addAll(shards);
        });
    return sets;
  }

  /** Whether there are shards of a set. */
  public boolean has(String set) {
    return sets.containsKey(set);
  }

  /** The name of the set to train on. */
  public String trainingSet() {
    return has(Split.TRAIN) ? Split.TRAIN : Split.ALL;
  }

  /**
   * Holds out shards of the training set, drawn by a seed, as validation set.
   *
   * @param share of the shards, in (0, 1)
   * @throws BadDataException if there is one shard only
   */
  public void holdOut(double share, long seed) {
    List<ShardFile> training = new ArrayList<>(training());
    int count = Math.max(1, (int) Math.round(share * training.size()));
    if (count >= training.size()) {
      throw new BadDataException(
          name
              + " has "
              + training.size()
              + " shards to train on and no val or test set; a stream holds out whole shards, so"
              + " make more and smaller ones, or name some of them val");
    }
    SplittableRandom random = RandomStream.of(seed, "held-out shards");
    List<ShardFile> held = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      held.add(training.remove(random.nextInt(training.size())));
    }
    held.sort((a, b) -> a.name().compareTo(b.name()));
    sets.put(trainingSet(), training);
    sets.put(Split.VALIDATION, held);
    heldOut = true;
    notes.add(
        Numbers.format(
            "%d of %d shards, drawn by seed %s, are held out for" + " validation.",
            count, count + training.size(), seed));
  }

  private List<ShardFile> training() {
    List<ShardFile> training = sets.get(trainingSet());
    if (training == null) {
      throw new BadDataException(name + " has no shards to train on, only " + sets.keySet());
    }
    return training;
  }

  /**
   * Opens the training set and others, which get the shape and the classes of the former.
   *
   * @param others names of sets that there are
   * @param observers of which the check is asked before an image is decoded
   */
  public Sets open(List<String> others, ReadOptions.Observers observers) {
    training();
    Map<String, Shards> counted = new LinkedHashMap<>();
    Shards training = shards(trainingSet(), Optional.empty(), observers.listener());
    counted.put(trainingSet(), training);
    for (String other : others) {
      counted.put(other, shards(other, Optional.of(training.classes()), observers.listener()));
    }
    requireTwoClasses(training);
    List<ImageShape> stored = stored(training);
    ImageShape shape = shape(stored);
    ImageShape larger = options.sizes().margin().of(shape);
    boolean resized = !stored.stream().allMatch(shape::equals);
    observers.check().check(shape, training.classes().size(), training.size());
    requireRoom(training);
    if (training.classCounts().isEmpty()) {
      notes.add(
          "sizes.json tells how many images the shards have, not of which classes: the classes are"
              + " taken as equally frequent.");
    }
    Map<String, StreamedImages> byName = new LinkedHashMap<>();
    counted.forEach(
        (set, shards) ->
            byName.put(
                set,
                new StreamedImages(
                    shards,
                    options,
                    shape,
                    resized && set.equals(trainingSet()) && !larger.equals(shape)
                        ? Optional.of(larger)
                        : Optional.empty())));
    notes.add(
        Numbers.format(
            "%,d images in %,d shards are read as a stream: shuffled by shards and windows of %,d,"
                + " by %d readers.",
            training.size(), training.files().size(), options.windowOfReader(), options.readers()));
    return sets(counted, shape, byName);
  }

  /**
   * Opens one set for an evaluation.
   *
   * @param shape of the model's images
   * @param classes of the model
   */
  public Sets open(String set, ImageShape shape, List<String> classes, ReadingListener listener) {
    Shards shards = shards(set, Optional.of(classes), listener);
    Map<String, StreamedImages> byName = new LinkedHashMap<>();
    byName.put(set, new StreamedImages(shards, options, shape, Optional.empty()));
    return sets(Map.of(set, shards), shape, byName);
  }

  private Sets sets(
      Map<String, Shards> counted, ImageShape shape, Map<String, StreamedImages> byName) {
    ReadingReport report = new ReadingReport(notes, List.of(), List.of());
    return new Sets(
        byName, report, identity(counted, shape, true), identity(counted, shape, false));
  }

  private String identity(Map<String, Shards> counted, ImageShape shape, boolean test) {
    StringBuilder identity = new StringBuilder("stream " + shape);
    counted.values().iterator().next().classes().forEach(c -> identity.append('\n').append(c));
    TreeSet<String> lines = new TreeSet<>();
    counted.forEach(
        (set, shards) -> {
          if (test || !set.equals(Split.TEST)) {
            String from = set.equals(Split.VALIDATION) && heldOut ? trainingSet() : set;
            ShardCounts.names(shards).forEach(each -> lines.add(from + " " + each));
          }
        });
    lines.forEach(line -> identity.append('\n').append(line));
    return Sha256.of(identity.toString());
  }

  private Shards shards(String set, Optional<List<String>> classes, ReadingListener listener) {
    List<ShardFile> files = sets.getOrDefault(set, List.of());
    Shards shards = new ShardCounts(files, options, beside, cacheFolder, listener).read(classes);
    Require.atLeast("images in the shards of " + name, shards.size(), 1);
    return shards;
  }

  private void requireTwoClasses(Shards training) {
    long used =
        training
            .classCounts()
            .map(counts -> Arrays.stream(counts).filter(count -> count > 0).count())
            .orElse((long) training.classes().size());
    if (used < 2) {
      throw new BadDataException(
          name
              + " has images of one class only, "
              + training.classes().get(0)
              + "; at least two are needed");
    }
  }

  /** The sizes of some images, as they are stored. */
  private List<ImageShape> stored(Shards training) {
    List<ImageShape> sizes = new ArrayList<>();
    StreamedImages images =
        new StreamedImages(training, options, MixedSizes.SQUARE, Optional.empty());
    for (int index : training.some(Shards.SOME)) {
      try {
        sizes.add(ImageDecoder.size(images.sample(index, Parts.ALL).bytes(), options.decoding()));
      } catch (BadImage e) {
        // Told, or replaced, when it is decoded.
      }
    }
    if (sizes.isEmpty()) {
      throw new BadDataException(name + " has no image that can be used");
    }
    return sizes;
  }

  private ImageShape shape(List<ImageShape> stored) {
    if (new HashSet<>(stored).size() > 1) {
      MixedSizes mixed =
          MixedSizes.of(stored, options.decoding().resize(), options.sizes().sizing());
      notes.add(mixed.note());
      return mixed.shape();
    }
    return options.sizes().sizing().of(stored.get(0));
  }

  /** Refuses a window that the heap cannot hold. */
  private void requireRoom(Shards training) {
    double bytes = training.files().stream().mapToDouble(ShardFile::length).sum();
    double each = bytes / training.size();
    double room = Runtime.getRuntime().maxMemory() / 2.0;
    int held = Math.min(training.size(), options.windowOfReader() * options.readers());
    if (held * each > room) {
      throw Require.invalid(
          "stream_window",
          Numbers.format(
              "at most %,d, since an image takes %,.0f bytes and half of the heap %,.0f,",
              (long) (room / each), each, room),
          options.window(),
          "lower it, or give more memory by -Xmx");
    }
  }
}
