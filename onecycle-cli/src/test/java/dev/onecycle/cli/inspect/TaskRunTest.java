package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.job.TrainingTask;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and a run that a program began on numbers of its own. */
class TaskRunTest {
  @TempDir static Path temp = Path.of("");
  private static Path run = Path.of("");

  private static Dataset numbers(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[2 * count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      x[2 * i] = (float) random.nextGaussian();
      x[2 * i + 1] = (float) random.nextGaussian();
      y[i] = x[2 * i] - x[2 * i + 1] / 2;
    }
    return Samples.ofNumbers(x, 2).withNumbers(List.of("height"), y);
  }

  @BeforeAll
  static void train() {
    run = temp.resolve("run");
    train(run, 0.05);
  }

  private static void train(Path folder, double rate) {
    Network network = new Network("line", SampleLayout.numbers(2), 1, new Layer.Linear(2, 1, true));
    TrainingConfig config =
        TrainingConfig.defaults()
            .with(TrainingConfig.EPOCHS, 4)
            .with(TrainingConfig.BATCH_SIZE, 16)
            .with(TrainingConfig.MAX_LR, rate);
    TrainingJob.start(
        config, folder, TrainingTask.of("heights", numbers(1, 800), numbers(2, 200), network));
  }

  @Test
  void theReportSpeaksOfItsMetrics() throws IOException {
    Cli.Result report = Cli.run("report", run, "--figures", temp.resolve("figures"));
    assertThat(report.code()).as(report.err()).isZero();
    String text = Jsoup.parse(Files.readString(run.resolve("report.html"))).body().text();
    assertThat(text)
        .contains("Mean absolute error 0.")
        .contains("R² on 200 validation samples, after each epoch.")
        .contains("height")
        .contains("Learner.load");
    assertThat(text.toLowerCase(Locale.ROOT))
        .doesNotContain("accuracy")
        .doesNotContain("classes")
        .doesNotContain("images");
    assertThat(temp.resolve("figures").resolve("mean-absolute-error.svg")).exists();
  }

  @Test
  void runsOfNumbersAreComparedByTheirMetric() throws IOException {
    Path slow = temp.resolve("slow");
    train(slow, 1e-4);
    Path page = temp.resolve("compare.html");
    Cli.Result compared = Cli.run("compare", slow, run, "-o", page);
    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(compared.out())
        .contains("run is best: mean absolute error 0.", " below slow.")
        .contains("samples/s")
        .doesNotContain("NaN", "accuracy", "image");
    assertThat(Jsoup.parse(Files.readString(page)).body().text())
        .contains("run is best: mean absolute error 0.")
        .doesNotContain("NaN", "accuracy", "image");
    JsonNode json = Cli.run("compare", slow, run, "-o", page, "--json").json();
    assertThat(json.get("ranking").toString()).isEqualTo("[\"run\",\"slow\"]");
    assertThat(json.at("/runs/0/metric").asText()).isEqualTo("mean_absolute_error");
    assertThat(json.at("/runs/0/best").asDouble()).isPositive();
  }

  @Test
  void runsWithDifferentMetricsAreNotRanked() throws IOException {
    Path photos = TestData.fewColours(temp.resolve("colours"));
    Path other = temp.resolve("classes");
    Cli.Result trained =
        Cli.run("train", photos, "--epochs", 1, "-b", 2, "--max-lr", 0.01, "--out", other);
    assertThat(trained.code()).as(trained.err()).isZero();
    Cli.Result compared =
        Cli.run("compare", run, other, "-o", temp.resolve("different.html"), "--json");
    assertThat(compared.code()).as(compared.err()).isZero();
    assertThat(compared.err())
        .contains(
            "The runs are not ranked, since their best epochs are told by different metrics: mean"
                + " absolute error, accuracy.");
    assertThat(compared.json().get("ranking")).isEmpty();
  }

  @Test
  void commandsThatNeedTheProgramSaySoInOneLine() throws IOException {
    Path photo = TestData.colours(temp.resolve("photos"));
    String line =
        run
            + " must be a run of image files but is one of a program's own data and network"
            + " (heights); use it from that program, by TrainingJob.resume and Learner.load";
    for (Cli.Result refused :
        List.of(
            Cli.run("evaluate", run),
            Cli.run("evaluate", run, photo),
            Cli.run("predict", run, photo),
            Cli.run("train", photo, "--from", run, "-o", temp.resolve("next")))) {
      assertThat(refused.complaints()).hasSize(1);
      assertThat(refused.code()).as(refused.err()).isIn(ExitCode.BAD_DATA, ExitCode.USAGE);
      assertThat(refused.complaints().get(0))
          .satisfiesAnyOf(
              said -> assertThat(said).contains(line),
              said -> assertThat(said).contains("must classify images but gives 1 number"));
    }
    Cli.Result model = Cli.run("predict", run.resolve("model.safetensors"), photo);
    assertThat(model.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(model.complaints()).hasSize(1);
    assertThat(model.complaints().get(0)).contains("must classify images but gives 1 number");
  }
}
