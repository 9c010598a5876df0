package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.train.Learner;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Predicts the classes of images. */
@Command(
    name = "predict",
    description = "Print the most probable classes of image files.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = PredictCommand.Settings.class,
    footer = {"", "Examples:", "  onecycle predict runs/NAME cat.jpg dog.png --top 3"})
public final class PredictCommand implements Callable<Integer> {
  /** The settings of reading images are options. */
  static final class Settings implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      SettingOptions.add(spec, List.of(TrainingConfig.MAX_PIXELS));
      return spec;
    }
  }

  private static final int BATCH = 100;

  @Mixin ModelArgument model = new ModelArgument();

  @Parameters(
      index = "1..*",
      paramLabel = "IMAGE",
      arity = "1..*",
      description = "JPEG, PNG, WebP, TIFF, BMP, GIF or PNM files.")
  List<Path> images = List.of();

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "1",
      description = "Classes an image. Default: ${DEFAULT-VALUE}.")
  int top = 1;

  @Mixin OutputOptions output = new OutputOptions();

  /** A class and how probable it is. */
  private record Guess(String name, double probability) {}

  @Override
  public Integer call() {
    Console console = output.console();
    Require.atLeast("--top", top, 1);
    ModelFile file = model.read();
    ImageDataset decoded = decode(file);
    List<List<Guess>> guesses = new ArrayList<>();
    try (Learner learner = ModelArgument.learner(file);
        BatchLoader batches = BatchLoader.evaluation(decoded, BATCH)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          for (double[] probabilities : learner.probabilities(batch)) {
            for (double probability : probabilities) {
              model.requireFinite(probability);
            }
            guesses.add(best(probabilities, file.classes()));
          }
        }
      }
    }
    List<Map<String, Object>> predictions = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      StringBuilder line = new StringBuilder(images.get(i).toString());
      for (Guess guess : guesses.get(i)) {
        line.append(String.format(Locale.ROOT, "  %s %.4f", guess.name, guess.probability));
      }
      console.answer(line.toString());
      predictions.add(json(images.get(i), guesses.get(i)));
    }
    console.result(Map.of("predictions", predictions));
    return ExitCode.OK;
  }

  private ImageDataset decode(ModelFile file) {
    ImageShape shape = file.input();
    ByteBuffer pixels = ByteBuffer.allocate(Math.multiplyExact(images.size(), shape.bytes()));
    int maxPixels = SettingOptions.given(output.spec()).get(TrainingConfig.MAX_PIXELS);
    for (Path image : images) {
      pixels.put(ImageFiles.decode(image, shape, file.images().decoding(maxPixels)));
    }
    return ImageDataset.of(shape, file.classes(), new int[images.size()], pixels.array());
  }

  private List<Guess> best(double[] probabilities, List<String> classes) {
    return IntStream.range(0, probabilities.length)
        .mapToObj(c -> new Guess(classes.get(c), probabilities[c]))
        .sorted(Comparator.comparingDouble(Guess::probability).reversed())
        .limit(top)
        .toList();
  }

  private static Map<String, Object> json(Path image, List<Guess> guesses) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", image.toString());
    json.put("class", guesses.get(0).name);
    json.put("probability", guesses.get(0).probability);
    json.put(
        "top",
        guesses.stream()
            .map(guess -> Map.of("class", guess.name, "probability", guess.probability))
            .toList());
    return json;
  }
}
