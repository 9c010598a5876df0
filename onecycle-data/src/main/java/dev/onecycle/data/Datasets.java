package dev.onecycle.data;

import dev.onecycle.data.DataSplits.Tuning;
import dev.onecycle.data.cache.CacheFile.Decoded;
import dev.onecycle.data.cache.DecodedCache;
import dev.onecycle.data.cache.PixelStore;
import dev.onecycle.data.cache.StoredImages;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Relabelled;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.index.SplitSelection;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.data.source.Sources;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens labelled images, wherever they are and whatever their form.
 *
 * <p>A location is
 *
 * <ul>
 *   <li>a folder, or a .tar, .tar.gz or .zip that is read without unpacking it, of {@code
 *       train/<class>/<image>} with {@code test/} or {@code val/} beside {@code train/}, or of
 *       {@code <class>/<image>};
 *   <li>a folder or the official .tar.gz of CIFAR-10 or CIFAR-100 in binary form;
 *   <li>a folder of IDX files, plain or gzipped: MNIST, Fashion-MNIST;
 *   <li>{@code cifar10}, {@code cifar100}, {@code mnist} or {@code fashion-mnist}, which are
 *       downloaded once;
 *   <li>{@code shapes}, which is generated.
 * </ul>
 *
 * <p>A name stands for the dataset even where a folder is called the same; {@code ./shapes} is the
 * folder. Decoded images are kept in the cache folder, so that the second time takes no decoding.
 */
public final class Datasets {
  private static final String TENTH = "held-out tenth";

  private Datasets() {}

  /** The names that stand for a dataset: {@code cifar10} and so on. */
  public static List<String> names() {
    return Sources.names();
  }

  /**
   * Opens a dataset for training.
   *
   * @throws BadDataException if it cannot be read, or is of no use for training
   */
  public static DataSplits open(String location, DataOptions options) {
    Decoded decoded = read(location, options, sizing(options), SplitSelection.ALL);
    SourceIndex contents = decoded.contents();
    List<String> notes = new ArrayList<>(contents.notes());
    ImageDataset given = first(decoded, Split.TRAIN, Split.ALL);
    requireTwoClasses(location, given);
    @Nullable ImageDataset test = find(decoded, Split.TEST);
    @Nullable ImageDataset validation = find(decoded, Split.VALIDATION);
    Supplier<Tuning> tuning = () -> tuning(given, validation, options.seed());
    ImageDataset train = given;
    ImageDataset evaluation = test;
    String name = Split.TEST;
    if (evaluation == null) {
      Tuning pair = tuning.get();
      train = pair.train();
      evaluation = pair.validation();
      name = pair.validationName();
    }
    if (name.equals(TENTH)) {
      notes.add("There is no test or val set: " + heldOut(evaluation, given, options.seed()));
    }
    return new DataSplits(
        train,
        evaluation,
        name,
        tuning,
        notes,
        contents.skipped(),
        decoded.fingerprint(),
        decoded.trainingFingerprint());
  }

  /**
   * Opens a dataset for choosing hyper-parameters by: what {@link #open} gives for {@link
   * DataSplits#tuning}, but the test images are not read, and need not even be readable.
   *
   * <p>The files of test images are neither opened nor, where they are files of their own,
   * downloaded; in an archive they are passed over.
   *
   * @throws BadDataException if the other images cannot be read, or are of no use for training, or
   *     a tenth has to be held out and no class has two images
   */
  public static TuningData openForTuning(String location, DataOptions options) {
    Decoded decoded = read(location, options, sizing(options), SplitSelection.TRAINING);
    SourceIndex contents = decoded.contents();
    List<String> notes = new ArrayList<>(contents.notes());
    ImageDataset given = first(decoded, Split.TRAIN, Split.ALL);
    requireTwoClasses(location, given);
    Tuning pair = tuning(given, find(decoded, Split.VALIDATION), options.seed());
    ImageDataset validation = pair.validation();
    notes.add(
        pair.validationName().equals(TENTH)
            ? "There is no val set: " + heldOut(validation, given, options.seed())
            : "Validation uses the " + validation.size() + " images of the val set.");
    return new TuningData(
        pair.train(),
        validation,
        pair.validationName(),
        notes,
        contents.skipped(),
        decoded.trainingFingerprint());
  }

  private static String heldOut(ImageDataset tenth, ImageDataset given, long seed) {
    return "a tenth of each class, "
        + tenth.size()
        + " of "
        + given.size()
        + " images drawn by seed "
        + seed
        + ", is held out for validation.";
  }

  private static Sizing sizing(DataOptions options) {
    return options.imageSize().isPresent()
        ? new Sizing.Square(options.imageSize().getAsInt())
        : new Sizing.AsStored();
  }

  private static Tuning tuning(ImageDataset given, @Nullable ImageDataset validation, long seed) {
    if (validation != null) {
      return new Tuning(given, validation, Split.VALIDATION);
    }
    Holdout holdout = Holdout.of(given, seed);
    return new Tuning(holdout.rest(), holdout.tenth(), TENTH);
  }

  /**
   * Opens what there is to evaluate a trained model on: the test images, or else the validation
   * images, or else all.
   *
   * @param shape the shape of the model's images
   * @param classes the model's classes, of which the data may lack some
   * @throws BadDataException if the data cannot be read, or have a class that the model has not
   */
  public static EvaluationSplit openEvaluation(
      String location, ImageShape shape, List<String> classes, DataOptions options) {
    Decoded decoded = read(location, options, new Sizing.Exact(shape), SplitSelection.EVALUATION);
    SourceIndex contents = decoded.contents();
    List<String> notes = new ArrayList<>(contents.notes());
    Split part = contents.parts().get(0);
    if (part.name().equals(Split.TRAIN) || part.name().equals(Split.ALL)) {
      notes.add(
          "There is no test or val set: all "
              + part.size()
              + " images are evaluated, among them those that the model may have seen.");
    }
    ImageDataset images = dataset(decoded, part);
    if (!contents.classes().equals(classes)) {
      images = new Relabelled(images, classes, labels(location, contents.classes(), classes));
    }
    return new EvaluationSplit(
        images, part.name(), notes, contents.skipped(), decoded.fingerprint());
  }

  /**
   * Images that a program has in memory.
   *
   * @param labels indices into {@code classes}, one for each image
   * @param pixels the images one after the other, each in height, width, channel order; not copied
   */
  public static ImageDataset of(
      ImageShape shape, List<String> classes, int[] labels, byte[] pixels) {
    Require.that(
        pixels.length == (long) labels.length * shape.bytes(),
        "number of bytes",
        labels.length + " images of " + shape.bytes(),
        pixels.length,
        pixels);
    List<Split.Labelled> images = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i];
      Require.that(
          label >= 0 && label < classes.size(), "label", "an index of a class", label, label);
      images.add(new Split.Labelled(label, i, "#" + i));
    }
    return new StoredImages(
        PixelStore.of(pixels, shape.bytes()), shape, classes, Split.of(Split.ALL, images));
  }

  private static Decoded read(
      String location, DataOptions options, Sizing sizing, SplitSelection wanted) {
    ReadOptions reading = new ReadOptions(sizing, options.skipBad(), wanted, options.progress());
    DecodedCache cache = new DecodedCache(options.cacheFolder().resolve("decoded"));
    return cache.open(Sources.of(location, options, reading));
  }

  private static void requireTwoClasses(String location, ImageDataset data) {
    Set<Integer> labels = new HashSet<>();
    for (int i = 0; i < data.size() && labels.size() < 2; i++) {
      labels.add(data.label(i));
    }
    if (labels.size() < 2) {
      String only = data.classes().get(data.label(0));
      throw new BadDataException(
          location + " has images of one class only, " + only + "; at least two are needed");
    }
  }

  private static int[] labels(String location, List<String> found, List<String> classes) {
    int[] labels = new int[found.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = classes.indexOf(found.get(i));
      if (labels[i] < 0) {
        throw new BadDataException(
            location + " has the class " + found.get(i) + ", which the model does not know");
      }
    }
    return labels;
  }

  private static ImageDataset first(Decoded decoded, String... names) {
    for (String name : names) {
      ImageDataset data = find(decoded, name);
      if (data != null) {
        return data;
      }
    }
    throw new IllegalStateException("a source has images to train on");
  }

  private static @Nullable ImageDataset find(Decoded decoded, String name) {
    for (Split part : decoded.contents().parts()) {
      if (part.name().equals(name)) {
        return dataset(decoded, part);
      }
    }
    return null;
  }

  private static ImageDataset dataset(Decoded decoded, Split part) {
    SourceIndex contents = decoded.contents();
    return new StoredImages(decoded.store(), contents.shape(), contents.classes(), part);
  }
}
