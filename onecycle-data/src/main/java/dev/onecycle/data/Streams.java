package dev.onecycle.data;

import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.data.source.Sources;
import dev.onecycle.data.stream.StreamOptions;
import dev.onecycle.data.stream.StreamedSource;
import dev.onecycle.data.stream.StreamedSource.Sets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens tar shards as streams, see {@link DataOptions#withStream}. */
final class Streams {
  private Streams() {}

  static DataSplits open(String location, DataOptions options) {
    StreamedSource source = source(location, options, Datasets.sizing(options));
    String judge = judge(source, options);
    boolean test = source.has(Split.TEST);
    List<String> others = new ArrayList<>(List.of(Split.VALIDATION));
    if (test) {
      others.add(Split.TEST);
    }
    Sets sets = source.open(others, observers(options));
    ReadingReport report = sets.report();
    if (test) {
      report =
          report.withNote(
              Numbers.format(
                  "The %s images judge the epochs; the %,d test images are evaluated once, at the"
                      + " end.",
                  judge.equals(Split.VALIDATION) ? Split.VALIDATION : "held-out",
                  sets.of(Split.TEST).size()));
    }
    return new DataSplits(
        sets.of(source.trainingSet()),
        sets.of(Split.VALIDATION),
        judge,
        test ? Optional.of(sets.of(Split.TEST)) : Optional.empty(),
        report,
        sets.fingerprint(),
        sets.trainingFingerprint());
  }

  static TuningData openForTuning(String location, DataOptions options) {
    StreamedSource source = source(location, options, Datasets.sizing(options));
    String judge = judge(source, options);
    Sets sets = source.open(List.of(Split.VALIDATION), observers(options));
    return new TuningData(
        sets.of(source.trainingSet()),
        sets.of(Split.VALIDATION),
        judge,
        sets.report(),
        sets.trainingFingerprint());
  }

  static EvaluationSplit openEvaluation(
      String location, ImageShape shape, List<String> classes, DataOptions options) {
    StreamedSource source = source(location, options, new Sizing.Exact(shape));
    String set =
        source.has(Split.TEST)
            ? Split.TEST
            : source.has(Split.VALIDATION) ? Split.VALIDATION : source.trainingSet();
    Sets sets = source.open(set, shape, classes, options.listener());
    return new EvaluationSplit(sets.of(set), set, sets.report(), sets.fingerprint());
  }

  private static ReadOptions.Observers observers(DataOptions options) {
    return new ReadOptions.Observers(options.check(), options.listener());
  }

  /**
   * The name of the images that judge epochs: those of the val set, or shards that are now held
   * out. Test images never do, so that range tests need no other images.
   */
  private static String judge(StreamedSource source, DataOptions options) {
    if (source.has(Split.VALIDATION)) {
      Require.that(
          options.validationShare().isEmpty(),
          "validation_share",
          "left out where there is a val set,",
          options.validationShare().orElse(0),
          source);
      return Split.VALIDATION;
    }
    double share = options.validationShare().orElse(Holdout.TENTH);
    source.holdOut(share, options.seed());
    return share == Holdout.TENTH ? Datasets.TENTH : Datasets.PART;
  }

  private static StreamedSource source(String location, DataOptions options, Sizing sizing) {
    require(options.limit().isEmpty(), "limit", "name fewer shards instead");
    require(options.labels().isEmpty(), "labels", "put key.cls beside key.jpg");
    require(options.labelPattern().isEmpty(), "label_pattern", "put key.cls beside key.jpg");
    List<Path> paths = new ArrayList<>(Sources.shards(location));
    if (paths.isEmpty() && Archive.isOne(Path.of(location))) {
      paths.add(Path.of(location));
    }
    if (paths.isEmpty()) {
      throw new BadDataException(
          location
              + " must be tar shards to be read as a stream: a folder of nothing but .tar files, or"
              + " a pattern such as photos-{0000..0099}.tar; leave stream out for other data");
    }
    StreamOptions how =
        new StreamOptions(
            options.streamReaders(),
            options.streamWindow(),
            new ReadOptions.Sizes(sizing, options.cropMargin()),
            options.decoding(),
            options.skipBad(),
            options.encoding());
    return new StreamedSource(
        location,
        paths.stream().map(ShardFile::of).toList(),
        how,
        Optional.ofNullable(paths.get(0).toAbsolutePath().getParent()),
        options.cacheFolder().resolve("streams"));
  }

  private static void require(boolean leftOut, String name, String instead) {
    if (!leftOut) {
      throw Require.invalid(
          name, "left out for a stream, whose images are not listed,", "given", instead);
    }
  }
}
