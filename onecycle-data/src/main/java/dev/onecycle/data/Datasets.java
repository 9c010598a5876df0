package dev.onecycle.data;

import dev.onecycle.data.cache.DecodedCache;
import dev.onecycle.data.cache.DecodedSource;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Shapes;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.data.source.Sources;
import dev.onecycle.data.source.SplitSelection;
import dev.onecycle.data.source.TreeOptions;
import dev.onecycle.error.BadDataException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Opens labelled images from folders, archives and well-known datasets.
 *
 * <p>A location is one of
 *
 * <ul>
 *   <li>a folder of {@code train/<class>/<image>} with {@code test/} or {@code val/} beside {@code
 *       train/}, or of {@code <class>/<image>}; or a .tar, .tar.gz or .zip of such a folder, which
 *       is read without unpacking it;
 *   <li>a folder or the official .tar.gz of CIFAR-10 or CIFAR-100 in binary form;
 *   <li>a folder of IDX files, plain or gzipped: MNIST, Fashion-MNIST;
 *   <li>{@code cifar10}, {@code cifar100}, {@code mnist} or {@code fashion-mnist}, which are
 *       downloaded once;
 *   <li>{@code shapes}, which is generated.
 * </ul>
 *
 * <p>A name means the dataset even if a folder has the same name; {@code ./shapes} is the folder.
 * Decoded images are kept in the cache folder, so opening the same data again needs no decoding.
 */
public final class Datasets {
  private static final String TENTH = "held-out tenth";

  private Datasets() {}

  /** The names of the well-known datasets: {@code cifar10} and so on. */
  public static List<String> names() {
    return Sources.names();
  }

  /**
   * Opens a dataset for training.
   *
   * @throws BadDataException if the data cannot be read, or cannot be trained on
   */
  public static DataSplits open(String location, DataOptions options) {
    DecodedSource decoded = read(location, options, sizing(options), SplitSelection.ALL);
    ImageDataset training = trainingImages(location, decoded);
    ReadingReport report = decoded.index().report();
    Optional<ImageDataset> test = decoded.images(Split.TEST);
    if (test.isPresent()) {
      return splits(decoded, training, test.get(), Split.TEST, report);
    }
    Optional<ImageDataset> validation = decoded.images(Split.VALIDATION);
    if (validation.isPresent()) {
      return splits(decoded, training, validation.get(), Split.VALIDATION, report);
    }
    Holdout holdout = Holdout.of(training, options.seed());
    String note = "There is no test or val set: " + description(holdout, training, options.seed());
    return splits(decoded, holdout.rest(), holdout.tenth(), TENTH, report.withNote(note));
  }

  private static DataSplits splits(
      DecodedSource decoded,
      ImageDataset train,
      ImageDataset evaluation,
      String evaluationName,
      ReadingReport report) {
    return new DataSplits(
        train,
        evaluation,
        evaluationName,
        report,
        decoded.fingerprint(),
        decoded.trainingFingerprint());
  }

  /**
   * Opens a dataset for choosing hyper-parameters, without its test images.
   *
   * <p>The data has the training and validation images, or else the training images with a
   * stratified tenth held out by the seed of the options. Files of test images are neither opened
   * nor downloaded; in an archive they are passed over. So they need not even be readable.
   *
   * @throws BadDataException if the other images cannot be read or cannot be trained on, or a tenth
   *     has to be held out and no class has two images
   */
  public static TuningData openForTuning(String location, DataOptions options) {
    DecodedSource decoded = read(location, options, sizing(options), SplitSelection.TRAINING);
    ImageDataset training = trainingImages(location, decoded);
    ReadingReport report = decoded.index().report();
    Optional<ImageDataset> validation = decoded.images(Split.VALIDATION);
    if (validation.isPresent()) {
      int size = validation.get().size();
      return new TuningData(
          training,
          validation.get(),
          Split.VALIDATION,
          report.withNote("Validation uses the " + size + " images of the val set."),
          decoded.trainingFingerprint());
    }
    Holdout holdout = Holdout.of(training, options.seed());
    return new TuningData(
        holdout.rest(),
        holdout.tenth(),
        TENTH,
        report.withNote("There is no val set: " + description(holdout, training, options.seed())),
        decoded.trainingFingerprint());
  }

  private static String description(Holdout holdout, ImageDataset training, long seed) {
    return "a tenth of each class, "
        + holdout.tenth().size()
        + " of "
        + training.size()
        + " images drawn by seed "
        + seed
        + ", is held out for validation.";
  }

  /**
   * Opens the images to evaluate a trained model on: the test images, or else the validation
   * images, or else all images.
   *
   * @param shape the shape of the model's images
   * @param classes the model's classes; the data may lack some of them
   * @throws BadDataException if the data cannot be read, or have a class that the model does not
   *     know
   */
  public static EvaluationSplit openEvaluation(
      String location, ImageShape shape, List<String> classes, DataOptions options) {
    DecodedSource decoded =
        read(location, options, new Sizing.Exact(shape), SplitSelection.EVALUATION);
    SourceIndex index = decoded.index();
    ReadingReport report = index.report();
    if (index.splits().isEmpty()) {
      throw new BadDataException(
          location + " has no labelled images, so there is nothing to evaluate: predict them");
    }
    Split split = index.splits().get(0);
    if (split.name().equals(Split.TRAIN) || split.name().equals(Split.ALL)) {
      report =
          report.withNote(
              "There is no test or val set: all "
                  + split.size()
                  + " images are evaluated, which may include images that the model was trained"
                  + " on.");
    }
    ImageDataset images = decoded.images(split);
    if (!index.classes().equals(classes)) {
      images = new Relabelled(images, classes, labels(location, index.classes(), classes));
    }
    return new EvaluationSplit(images, split.name(), report, decoded.fingerprint());
  }

  /**
   * Generates images of the kind of {@code shapes}: ten shapes in colour, [3, 32, 32], on noisy
   * backgrounds. Image {@code i} has label {@code i mod 10}; the same arguments give the same bytes
   * on every platform.
   *
   * @param split the name of the set, such as {@code train}; sets of one seed have different images
   * @param count the number of images
   */
  public static ImageDataset generateShapes(long seed, String split, int count) {
    return Shapes.generate(seed, split, count);
  }

  private static Sizing sizing(DataOptions options) {
    return options.imageSize().<Sizing>map(Sizing.Size::new).orElseGet(Sizing.AsStored::new);
  }

  private static DecodedSource read(
      String location, DataOptions options, Sizing sizing, SplitSelection selection) {
    Downloader downloader =
        new Downloader(
            options.cacheFolder().resolve("downloads"),
            options.offline(),
            Downloader.Patience.STANDARD,
            options.listener());
    TreeOptions tree =
        new TreeOptions(options.encoding(), options.followLinks(), options.allowEmptyClasses());
    ReadOptions reading =
        new ReadOptions(
            sizing,
            options.decoding(),
            options.skipBad(),
            selection,
            tree,
            options.listener());
    DecodedCache cache = new DecodedCache(options.cacheFolder().resolve("decoded"));
    return cache.open(Sources.of(location, downloader, reading));
  }

  private static ImageDataset trainingImages(String location, DecodedSource decoded) {
    ImageDataset training =
        decoded
            .images(Split.TRAIN)
            .or(() -> decoded.images(Split.ALL))
            .orElseThrow(() -> new IllegalStateException("a source has training images"));
    Set<Integer> labels = new HashSet<>();
    for (int i = 0; i < training.size() && labels.size() < 2; i++) {
      labels.add(training.label(i));
    }
    if (labels.size() < 2) {
      String only = training.classes().get(training.label(0));
      throw new BadDataException(
          location + " has images of one class only, " + only + "; at least two are needed");
    }
    return training;
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
}
