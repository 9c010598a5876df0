package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.text.Numbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which images, and how they are read. */
public final class DataArguments {
  private static final int SKIPPED_SHOWN = 10;

  @Parameters(
      paramLabel = "DATA",
      description =
          "A folder, .tar, .tar.gz or .zip of train/CLASS/IMAGE and test/CLASS/IMAGE, or of"
              + " CLASS/IMAGE; CIFAR binary; IDX; or cifar10, cifar100, mnist, fashion-mnist"
              + " (downloaded), shapes (generated).")
  public String location = "";

  @Option(
      names = "--image-size",
      paramLabel = "S",
      description = "Resize to S×S. Default: as stored, or 64 where sizes differ.")
  public @Nullable Integer imageSize;

  @Option(
      names = "--skip-bad",
      description = "Leave out images that cannot be read, and list them. Default: an error.")
  public boolean skipBad;

  @Option(names = "--offline", description = "Download nothing.")
  public boolean offline;

  @Option(
      names = "--cache",
      paramLabel = "FOLDER",
      description = "Where downloads and decoded images are kept. Default: ~/.cache/onecycle.")
  public @Nullable Path cache;

  /** The arguments as if given so. */
  public static DataArguments of(String location) {
    DataArguments arguments = new DataArguments();
    arguments.location = location;
    return arguments;
  }

  public String source() {
    return location;
  }

  /** The source as it can be found from any folder. */
  public String absolute() {
    return Files.exists(Path.of(location)) ? absolute(location) : location;
  }

  public static String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }

  /** Opens the data for training. */
  public DataSplits open(Console console, long seed) {
    try (ReadingProgress progress = new ReadingProgress(console)) {
      DataSplits data = Datasets.open(location, options(progress).withSeed(seed));
      progress.close();
      console.say(
          Numbers.format(
              "%s: %,d training and %,d %s images of %s in %d classes",
              location,
              data.train().size(),
              data.evaluation().size(),
              data.evaluationName(),
              data.train().shape(),
              data.train().classes().size()));
      show(console, data.report());
      return data;
    }
  }

  /** Opens the data for tuning: without its test images, which are not read. */
  public TuningData openForTuning(Console console, long seed) {
    try (ReadingProgress progress = new ReadingProgress(console)) {
      TuningData data = Datasets.openForTuning(location, options(progress).withSeed(seed));
      progress.close();
      console.say(
          Numbers.format(
              "%s: %,d training and %,d %s images of %s in %d classes; test images are not read",
              location,
              data.train().size(),
              data.validation().size(),
              data.validationName(),
              data.train().shape(),
              data.train().classes().size()));
      show(console, data.report());
      return data;
    }
  }

  /** Opens the images to judge a model by. */
  public EvaluationSplit openEvaluation(Console console, ImageShape shape, List<String> classes) {
    try (ReadingProgress progress = new ReadingProgress(console)) {
      EvaluationSplit data = Datasets.openEvaluation(location, shape, classes, options(progress));
      progress.close();
      console.say(Numbers.format("%s: %,d %s images", location, data.images().size(), data.name()));
      show(console, data.report());
      return data;
    }
  }

  private DataOptions options(ReadingListener progress) {
    DataOptions options =
        DataOptions.defaults().withSkipBad(skipBad).withOffline(offline).withListener(progress);
    if (imageSize != null) {
      options = options.withImageSize(imageSize);
    }
    return cache == null ? options : options.withCacheFolder(cache);
  }

  private static void show(Console console, ReadingReport report) {
    report.notes().forEach(console::say);
    List<SkippedImage> skipped = report.skipped();
    if (!skipped.isEmpty()) {
      console.say("Skipped " + skipped.size() + " images that cannot be used:");
      skipped.stream()
          .limit(SKIPPED_SHOWN)
          .forEach(image -> console.say("  " + image.origin() + " " + image.reason()));
      if (skipped.size() > SKIPPED_SHOWN) {
        console.say("  and " + (skipped.size() - SKIPPED_SHOWN) + " more");
      }
    }
  }

  /** Shows reading and downloading; called from several threads in turn. */
  private static final class ReadingProgress implements ReadingListener, AutoCloseable {
    private final Console console;
    private String what = "";
    private @Nullable Bar bar;

    ReadingProgress(Console console) {
      this.console = console;
    }

    @Override
    public synchronized void progressed(String task, long done, long total) {
      if (bar == null || !what.equals(task)) {
        close();
        what = task;
        bar = new Bar(console, task, total, "");
      }
      bar.at(done, "");
    }

    @Override
    public synchronized void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
