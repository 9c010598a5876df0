package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OptionWording;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.data.DataOptions;
import dev.onecycle.data.UnlabelledImage;
import dev.onecycle.data.UnlabelledImages;
import dev.onecycle.error.Require;
import dev.onecycle.report.csv.PredictionsCsv;
import dev.onecycle.report.csv.PredictionsCsv.Guess;
import dev.onecycle.report.csv.PredictionsCsv.Row;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Prediction;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Predicts the classes of images. */
@Command(
    name = "predict",
    description = {
      "Print the most probable classes of images: of files, and of the images in folders and"
          + " archives.",
      "A file that cannot be used is named with the reason, the others are predicted all the same,"
          + " and the exit code is 65.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = PredictCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle predict runs/NAME cat.jpg dog.png --top 3",
      "  onecycle predict runs/NAME photos/ --csv classes.csv"
    })
public final class PredictCommand implements Callable<Integer> {
  /** The settings of reading images are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(
          List.of(TrainingConfig.MAX_PIXELS, TrainingConfig.ENCODING, TrainingConfig.FOLLOW_LINKS));
    }
  }

  @Mixin ModelArgument model = new ModelArgument();

  @Parameters(
      index = "1..*",
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "JPEG, PNG, WebP, TIFF, BMP, GIF or PNM files, folders with such files, also in folders"
              + " inside, .zip or .tar archives, and tar shards: a folder of .tar files, or"
              + " 'photos-{0000..0099}.tar'.")
  List<Path> images = List.of();

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "1",
      description = "Classes an image. Default: ${DEFAULT-VALUE}.")
  int top = 1;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Write the columns file,class,probability (with --top also class_2,probability_2 and so"
              + " on),error instead of a line for each image.")
  @Nullable Path csv;

  @Mixin OutputOptions output = new OutputOptions();

  /** The rows so far, and where they go. */
  private static final class Rows {
    private final List<Consumer<Row>> targets = new ArrayList<>();
    private int predicted;
    private int failed;
    private String firstFailure = "";

    void add(Row row) {
      if (row.error().isEmpty()) {
        predicted++;
      } else {
        failed++;
        firstFailure = failed == 1 ? row.file() + " " + row.error() : firstFailure;
      }
      targets.forEach(target -> target.accept(row));
    }
  }

  /** The predictor of a model, made for the first image: the engine is not loaded without one. */
  private static final class Lazy implements AutoCloseable {
    private final ModelFile file;
    private @Nullable Predictor predictor;

    Lazy(ModelFile file) {
      this.file = file;
    }

    /**
     * @param first samples that it is to predict first; it prepares for no more at a time
     */
    Predictor predictor(int first) {
      if (predictor == null) {
        PredictorOptions usual = PredictorOptions.defaults();
        predictor = Predictor.of(file, usual.withMaxBatch(Math.min(usual.maxBatch(), first)));
      }
      return predictor;
    }

    @Override
    public void close() {
      if (predictor != null) {
        predictor.close();
      }
    }
  }

  @Override
  public Integer call() {
    Console console = output.console();
    Require.atLeast("--top", top, 1);
    if (csv != null) {
      AtomicFile.requireWritable(FileNames.requireNew("--csv", csv));
    }
    ModelFile file = model.read();
    TrainingConfig config = SettingOptions.config(output.spec());
    DataOptions options =
        config
            .dataOptions()
            .withDecoding(file.images().decoding(config.get(TrainingConfig.MAX_PIXELS)));
    Signals.watch();
    UnlabelledImages found = UnlabelledImages.at(images, file.input(), options);
    Rows rows = new Rows();
    List<Row> kept = new ArrayList<>();
    if (console.json()) {
      rows.targets.add(kept::add);
    } else if (csv == null) {
      rows.targets.add(row -> say(console, row));
    }
    rows.targets.add(row -> complain(console, row));
    if (csv == null) {
      predict(console, file, found, rows);
    } else {
      int columns = Math.min(top, file.classes().size());
      PredictionsCsv.write(
          csv,
          columns,
          target -> {
            rows.targets.add(target);
            predict(console, file, found, rows);
          });
      console.answer("Wrote " + csv);
    }
    return end(console, rows, kept);
  }

  /** Predicts everything, one batch after the other. */
  private void predict(Console console, ModelFile file, UnlabelledImages found, Rows rows) {
    boolean lines = csv == null && !console.json();
    List<String> notes;
    try (Lazy lazy = new Lazy(file);
        @Nullable Bar bar =
            lines ? null : new Bar(console, "predicting", found.count().orElse(-1), " images")) {
      notes =
          found.read(
              batch -> {
                if (Signals.stopRequested()) {
                  throw new CancellationException();
                }
                predict(lazy, batch).forEach(rows::add);
                if (bar != null) {
                  bar.at(rows.predicted + rows.failed, "");
                }
              });
    }
    notes.forEach(console::say);
  }

  private List<Row> predict(Lazy lazy, List<UnlabelledImage> images) {
    List<ByteBuffer> usable =
        images.stream()
            .filter(image -> image.problem().isEmpty())
            .map(image -> ByteBuffer.wrap(image.pixels()))
            .toList();
    Iterator<Prediction> predictions =
        usable.isEmpty()
            ? Collections.emptyIterator()
            : lazy.predictor(usable.size()).predictValues(usable, top).iterator();
    List<Row> rows = new ArrayList<>();
    for (UnlabelledImage image : images) {
      rows.add(
          image.problem().isPresent()
              ? new Row(image.name(), List.of(), OptionWording.of(image.problem().get()))
              : new Row(image.name(), guesses(predictions.next()), ""));
    }
    return rows;
  }

  private static List<Guess> guesses(Prediction prediction) {
    return prediction.answers().stream()
        .map(answer -> new Guess(answer.name(), answer.value()))
        .toList();
  }

  private static void say(Console console, Row row) {
    if (row.error().isEmpty()) {
      StringBuilder line = new StringBuilder(row.file());
      for (Guess guess : row.guesses()) {
        line.append(Numbers.format("  %s %.4f", guess.name(), guess.probability()));
      }
      console.answer(line.toString());
    }
  }

  private static void complain(Console console, Row row) {
    if (!row.error().isEmpty()) {
      console.complain(row.file() + " " + row.error());
    }
  }

  private static int end(Console console, Rows rows, List<Row> kept) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("images", rows.predicted);
    result.put(
        "predictions",
        kept.stream().filter(row -> row.error().isEmpty()).map(PredictCommand::json).toList());
    result.put(
        "failures",
        kept.stream()
            .filter(row -> !row.error().isEmpty())
            .map(row -> pair("file", row.file(), "reason", row.error()))
            .toList());
    if (rows.failed == 0) {
      console.result(result);
      return ExitCode.OK;
    }
    String message = rows.firstFailure;
    if (rows.failed > 1) {
      message =
          Numbers.format(
              "%,d files cannot be used, and %s predicted",
              rows.failed, Counts.of(rows.predicted, "image is", "images are"));
      console.complain(message);
    }
    console.result(result, message, ExitCode.BAD_DATA);
    return ExitCode.BAD_DATA;
  }

  private static Map<String, Object> json(Row row) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", row.file());
    json.put("class", row.guesses().get(0).name());
    json.put("probability", row.guesses().get(0).probability());
    json.put(
        "top",
        row.guesses().stream()
            .map(guess -> pair("class", guess.name(), "probability", guess.probability()))
            .toList());
    return json;
  }

  /** Two values by name; {@code Map.of} would change their order. */
  private static Map<String, Object> pair(
      String name, Object value, String otherName, Object otherValue) {
    Map<String, Object> pair = new LinkedHashMap<>();
    pair.put(name, value);
    pair.put(otherName, otherValue);
    return pair;
  }
}
