package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.UsageErrors;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.report.chart.ImageGrid;
import dev.onecycle.run.TrainingImages;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.text.Counts;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws the first training images as the network sees them. */
@Command(
    name = "show",
    description = {
      "Draw the first training images as the network sees them: read, resized and augmented, with"
          + " the name of the class under each.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = ShowCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle show photos/ --image-size 224",
      "  onecycle show photos/ --augment none --count 36 --out plain.png"
    })
public final class ShowCommand implements Callable<Integer> {
  /** The settings that decide which pixels the network sees are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(SETTINGS);
    }
  }

  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(List.of(Group.DATA, Group.AUGMENTATION)).stream(),
              Stream.<Setting<?>>of(
                  TrainingConfig.MODEL, TrainingConfig.SAMPLING, TrainingConfig.SEED))
          .toList();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Images to draw, at most " + ImageGrid.MAX_IMAGES + ". Default: 16.")
  int count = 16;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The picture. Default: batch.png.")
  Path out = Path.of("batch.png");

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Require.that(
        count >= 1 && count <= ImageGrid.MAX_IMAGES,
        "--count",
        "in [1, " + ImageGrid.MAX_IMAGES + "]",
        count,
        count);
    AtomicFile.requireWritable(FileNames.requireNewOr(".png", "--out", out));
    TrainingConfig config = SettingOptions.config(output.spec());
    if (config.find(TrainingConfig.DATA).isEmpty()) {
      throw UsageErrors.missing(output.spec(), "DATA");
    }
    config.validated();
    try (JobProgress progress = JobProgress.ofTraining(console);
        Experiment experiment = Experiment.open(config, HeldBatch.NONE, progress)) {
      List<String> classes = experiment.trainImages().classes();
      TrainingImages images = experiment.trainingImages(count, ImageGrid.tileSide(count));
      byte[] png =
          ImageGrid.png(
              images.images().stream()
                  .map(
                      image ->
                          new ImageGrid.Tile(image.picture().png(), classes.get(image.label())))
                  .toList());
      AtomicFile.write(out, file -> file.write(png));
      progress.close();
      console.answer(
          Counts.of(count, "training image", "training images")
              + " ("
              + images.augmentation()
              + "): "
              + out);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("picture", out.toString());
      result.put("images", count);
      result.put("augmentation", images.augmentation());
      console.result(result);
    }
    return ExitCode.OK;
  }
}
