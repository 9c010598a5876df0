package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.decode.Pixels;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * MNIST or a dataset in its format: a folder of IDX files, {@code train-images-idx3-ubyte} and so
 * on, plain or gzipped, of grey images in ten classes.
 */
final class IdxSource implements Source {
  private static final String TRAIN = "train";
  private static final String TEST = "t10k";
  static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();

  private final Path folder;
  private final List<String> classes;
  private final ReadOptions options;

  /**
   * @param classes the names of the ten classes
   */
  IdxSource(Path folder, List<String> classes, ReadOptions options) {
    this.folder = folder;
    this.classes = classes;
    this.options = options;
  }

  /** Whether a folder contains such files. */
  static boolean isIn(Path folder) {
    return find(folder, TRAIN, "images") != null || find(folder, TEST, "images") != null;
  }

  /** Whether a file has test images or their labels. */
  static boolean isTest(String file) {
    return file.startsWith(TEST);
  }

  @Override
  public String description() {
    return "idx " + realPath() + " " + String.join(",", classes) + " " + options.description();
  }

  @Override
  public String state() {
    StringBuilder text = new StringBuilder();
    for (String set : sets()) {
      for (String kind : List.of("images", "labels")) {
        Path file = find(folder, set, kind);
        if (file != null) {
          try {
            text.append(file.getFileName()).append(' ').append(Files.size(file)).append(' ');
            text.append(Files.getLastModifiedTime(file).toMillis()).append('\n');
          } catch (IOException e) {
            throw IoErrors.cannotRead(file, e);
          }
        }
      }
    }
    return text.toString();
  }

  @Override
  public SourceIndex read(PixelSink.Factory sinks) {
    List<String> sets = sets();
    ImageShape stored = required(sets.get(0), "images").shape();
    ImageShape shape = options.sizing().of(stored);
    PixelSink sink = sinks.open(shape);
    List<Split> splits = new ArrayList<>();
    int slot = 0;
    for (String set : sets) {
      Split split = read(set, stored, shape, sink, slot);
      splits.add(split);
      slot += split.size();
    }
    return new SourceIndex(shape, classes, splits, ReadingReport.EMPTY);
  }

  /** The selected sets among those in the folder. */
  private List<String> sets() {
    boolean test =
        options.selection() != SplitSelection.TRAINING && find(folder, TEST, "images") != null;
    List<String> sets = new ArrayList<>();
    if (options.selection() != SplitSelection.EVALUATION || !test) {
      sets.add(TRAIN);
    }
    if (test) {
      sets.add(TEST);
    }
    return sets;
  }

  private Split read(String set, ImageShape stored, ImageShape shape, PixelSink sink, int slot) {
    IdxFile images = required(set, "images");
    int[] labels = required(set, "labels").labels(classes.size());
    if (!images.shape().equals(stored)) {
      throw new BadDataException(
          images.path() + " has images of " + images.shape() + ", the others are " + stored);
    }
    String name = String.valueOf(images.path().getFileName());
    List<Split.Labelled> found = new ArrayList<>();
    images.images(
        labels.length,
        (pixels, i) -> {
          sink.put(slot + i, Pixels.of(pixels, stored, shape, options.decoding().resize()));
          found.add(new Split.Labelled(labels[i], slot + i, name + "#" + i));
          options.listener().progressed("Reading " + folder, i + 1L, labels.length);
        });
    return Split.of(set.equals(TRAIN) ? Split.TRAIN : Split.TEST, found);
  }

  private IdxFile required(String set, String kind) {
    Path file = find(folder, set, kind);
    if (file == null) {
      throw new BadDataException(folder + " lacks the file " + fileName(set, kind) + " or its .gz");
    }
    return new IdxFile(file);
  }

  private static String fileName(String set, String kind) {
    return set + "-" + kind + "-idx" + (kind.equals("images") ? 3 : 1) + "-ubyte";
  }

  private static @Nullable Path find(Path folder, String set, String kind) {
    String name = fileName(set, kind);
    for (String candidate : List.of(name, name.replace("-idx", ".idx"))) {
      for (String suffix : List.of("", ".gz")) {
        Path file = folder.resolve(candidate + suffix);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    return null;
  }

  private Path realPath() {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }
}
