package dev.onecycle.data;

import dev.onecycle.data.cache.DecodedCache;
import dev.onecycle.data.cache.DecodedSource;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.LabelTable;
import dev.onecycle.data.source.Labelling;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Shapes;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.data.source.Sources;
import dev.onecycle.data.source.SplitSelection;
import dev.onecycle.data.source.TreeOptions;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
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
 *       train/}, or of {@code <class>/<image>}; or a .zip or a .tar, plain or compressed by gzip,
 *       xz, bzip2 or zstd, of such a folder, which is read without unpacking it;
 *   <li>tar shards in WebDataset's convention: a folder of .tar files, one of them, or a pattern
 *       such as {@code photos-{0000..0099}.tar}, with the class of each image beside it;
 *   <li>a folder or the official .tar.gz of CIFAR-10 or CIFAR-100 in binary form;
 *   <li>a folder of IDX files, plain or gzipped: MNIST, Fashion-MNIST;
 *   <li>{@code cifar10}, {@code cifar100}, {@code mnist} or {@code fashion-mnist}, which are
 *       downloaded once;
 *   <li>{@code shapes}, which is generated.
 * </ul>
 *
 * <p>A name means the dataset even if a folder has the same name; {@code ./shapes} is the folder.
 * Decoded images are kept in the cache folder, so opening the same data again needs no decoding;
 * images that it has no room for are decoded each time they are read.
 */
public final class Datasets {
  static final String TENTH = "held-out tenth";
  static final String PART = "held-out part";

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
    if (options.stream()) {
      return Streams.open(location, options);
    }
    DecodedSource decoded = read(location, options, sizing(options), SplitSelection.ALL);
    ImageDataset training = trainingImages(location, decoded);
    Optional<ImageDataset> test = decoded.images(Split.TEST);
    boolean testJudges =
        test.isPresent()
            && options.validationShare().isEmpty()
            && decoded.images(Split.VALIDATION).isEmpty();
    Roles roles =
        testJudges
            ? new Roles(training, test.get(), Split.TEST, decoded.index().report()).limited(options)
            : Roles.of(
                location, decoded, training, options, test.isEmpty() ? "test or val" : "val");
    ReadingReport report = roles.report;
    if (test.isPresent() && !testJudges) {
      report =
          report.withNote(
              Numbers.format(
                  "The %s images judge the epochs; the %,d test images are evaluated once, at the"
                      + " end.",
                  roles.evaluationName.equals(Split.VALIDATION) ? Split.VALIDATION : "held-out",
                  test.get().size()));
      report = Duplicates.in(roles.train, test.get(), Split.TEST, report);
    }
    report = Duplicates.in(roles.train, roles.evaluation, roles.evaluationName, report);
    return new DataSplits(
        roles.train,
        roles.evaluation,
        roles.evaluationName,
        testJudges ? Optional.empty() : test,
        report,
        limited(decoded.fingerprint(), options, training),
        limited(decoded.trainingFingerprint(), options, training));
  }

  /**
   * The images to train on and those to judge epochs on.
   *
   * @param evaluationName of the latter
   */
  private record Roles(
      ImageDataset train, ImageDataset evaluation, String evaluationName, ReadingReport report) {
    Roles limited(DataOptions options) {
      int limit = options.limit().orElse(Integer.MAX_VALUE);
      ImageDataset some = Holdout.limited(train, limit, options.seed());
      String note =
          Numbers.format(
              "Of the %,d training images %,d are used, drawn by seed %s in the shares of the"
                  + " classes.",
              train.size(), some.size(), options.seed());
      return some.size() == train.size()
          ? this
          : new Roles(some, evaluation, evaluationName, report.withNote(note));
    }

    /** Without test images: the validation images judge epochs, or a part held out. */
    static Roles of(
        String location,
        DecodedSource decoded,
        ImageDataset training,
        DataOptions options,
        String absent) {
      ReadingReport report = decoded.index().report();
      Optional<ImageDataset> validation = decoded.images(Split.VALIDATION);
      if (validation.isPresent()) {
        double share = options.validationShare().orElse(0);
        Require.that(
            share == 0, "validation_share", "left out where there is a val set,", share, location);
        return new Roles(training, validation.get(), Split.VALIDATION, report).limited(options);
      }
      double share = options.validationShare().orElse(Holdout.TENTH);
      Holdout holdout = Holdout.of(training, share, options.seed());
      String note =
          Numbers.format(
              "There is no %s set: %s of each class, %d of %d images drawn by seed %s, is held out"
                  + " for validation.",
              absent,
              share == Holdout.TENTH ? "a tenth" : Numbers.exact(share),
              holdout.part().size(),
              training.size(),
              options.seed());
      String name = share == Holdout.TENTH ? TENTH : PART;
      return new Roles(holdout.rest(), holdout.part(), name, report.withNote(note))
          .limited(options);
    }
  }

  /** The fingerprint of data of which a limit leaves out images. */
  private static String limited(String fingerprint, DataOptions options, ImageDataset training) {
    int limit = options.limit().orElse(Integer.MAX_VALUE);
    return limit >= training.size()
        ? fingerprint
        : Sha256.of(fingerprint + " limit " + limit + " seed " + options.seed());
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
    if (options.stream()) {
      return Streams.openForTuning(location, options);
    }
    DecodedSource decoded = read(location, options, sizing(options), SplitSelection.TRAINING);
    ImageDataset training = trainingImages(location, decoded);
    Roles roles = Roles.of(location, decoded, training, options, "val");
    ReadingReport report = roles.report;
    if (roles.evaluationName.equals(Split.VALIDATION)) {
      String note = "Validation uses the " + roles.evaluation.size() + " images of the val set.";
      report = report.withNote(note);
    }
    return new TuningData(
        roles.train,
        roles.evaluation,
        roles.evaluationName,
        Duplicates.in(roles.train, roles.evaluation, roles.evaluationName, report),
        limited(decoded.trainingFingerprint(), options, training));
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
    if (options.stream()) {
      return Streams.openEvaluation(location, shape, classes, options);
    }
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

  static Sizing sizing(DataOptions options) {
    return options.imageSize().<Sizing>map(Sizing.Size::new).orElseGet(Sizing.AsStored::new);
  }

  private static Optional<Labelling> labelling(DataOptions options) {
    Optional<Labelling> byName = options.labelPattern().map(Labelling.ByName::new);
    return byName.or(
        () ->
            options
                .labels()
                .map(file -> LabelTable.read(file, options.imageColumn(), options.labelColumn())));
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
        new TreeOptions(
            options.encoding(),
            options.followLinks(),
            options.allowEmptyClasses(),
            labelling(options));
    ReadOptions reading =
        new ReadOptions(
            new ReadOptions.Sizes(
                sizing,
                selection == SplitSelection.EVALUATION ? CropMargin.NONE : options.cropMargin()),
            options.decoding(),
            options.skipBad(),
            selection,
            tree,
            new ReadOptions.Observers(options.check(), options.listener()));
    DecodedCache cache =
        new DecodedCache(options.cacheFolder().resolve("decoded"), options.maxCache());
    return cache.open(Sources.of(location, downloader, reading));
  }

  private static ImageDataset trainingImages(String location, DecodedSource decoded) {
    ImageDataset training =
        decoded
            .images(Split.TRAIN)
            .or(() -> decoded.images(Split.ALL))
            .orElseThrow(
                () -> new BadDataException(location + " has no labelled images to train on"));
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
