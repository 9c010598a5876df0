package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleCommandTest {
  @TempDir Path temp;

  /** T = 20, a = 0.2, so p = 8: 0.1 → 1 in 8 steps, back in 8, then to 0.001 in 3. */
  private static final double[] RATES = {
    0.1, 0.2125, 0.325, 0.4375, 0.55, 0.6625, 0.775, 0.8875, 1, 0.8875, 0.775, 0.6625, 0.55, 0.4375,
    0.325, 0.2125, 0.1, 0.067, 0.034, 0.001
  };

  private static final double[] MOMENTA = {
    0.95, 0.9375, 0.925, 0.9125, 0.9, 0.8875, 0.875, 0.8625, 0.85, 0.8625, 0.875, 0.8875, 0.9,
    0.9125, 0.925, 0.9375, 0.95, 0.95, 0.95, 0.95
  };

  @Test
  void csvHoldsTheCycleCalculatedByHand() {
    Path csv = temp.resolve("cycle.csv");
    Cli.Result result =
        Cli.run("schedule", "--max-lr", 1, "--steps", 20, "--annihilation", 0.2, "--csv", csv);
    assertThat(result.code()).isZero();
    List<String[]> rows = Cli.csv(csv, "step,learning_rate,momentum");
    assertThat(rows).hasSize(20);
    for (int step = 0; step < 20; step++) {
      assertThat(rows.get(step)[0]).isEqualTo(Integer.toString(step));
      assertThat(Double.parseDouble(rows.get(step)[1])).isCloseTo(RATES[step], within(1e-12));
      assertThat(Double.parseDouble(rows.get(step)[2])).isCloseTo(MOMENTA[step], within(1e-12));
    }
    assertThat(rows.get(8)[1]).isEqualTo("1.0");
  }

  @Test
  void epochsTimesStepsPerEpochIsTheSameAsSteps() {
    Path one = temp.resolve("one.csv");
    Path other = temp.resolve("other.csv");
    Cli.run("schedule", "--max-lr", 0.8, "--steps", 60, "--csv", one);
    Cli.run("schedule", "--max-lr", 0.8, "--epochs", 6, "--steps-per-epoch", 10, "--csv", other);
    assertThat(Cli.read(one)).isEqualTo(Cli.read(other));
  }

  @Test
  void textSaysWhatTheCycleDoesAndDrawsIt() {
    Cli.Result result =
        Cli.run("schedule", "--max-lr", 0.8, "--epochs", 95, "--steps-per-epoch", 98);
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.outLines().get(0)).contains("9310 steps", "0.8 at step 4018");
    assertThat(result.out()).contains("warm-up", "cool-down", "annihilation", "steps 0 to 4018");
    assertThat(result.outLines()).hasSizeGreaterThan(15);
  }

  @Test
  void svgAndPngAreTwoFiguresEach() throws IOException {
    Cli.Result result =
        Cli.run(
            "schedule",
            "--max-lr",
            1,
            "--steps",
            100,
            "--svg",
            temp.resolve("c.svg"),
            "--png",
            temp.resolve("c.png"));
    assertThat(result.code()).isZero();
    assertThat(Cli.read(temp.resolve("c.svg"))).contains("<svg", "momentum");
    assertThat(Cli.read(temp.resolve("c-rate.svg"))).contains("<svg", "learning rate");
    for (String name : List.of("c.png", "c-rate.png")) {
      assertThat(ImageIO.read(temp.resolve(name).toFile()).getWidth()).isGreaterThan(300);
    }
    try (var files = Files.list(temp)) {
      assertThat(files).hasSize(4);
    }
  }

  @Test
  void jsonIsTheOnlyLineOfStandardOutput() {
    Cli.Result result = Cli.run("schedule", "--max-lr", 0.8, "--steps", 100, "--json");
    assertThat(result.outLines()).hasSize(1);
    JsonNode json = result.json();
    assertThat(json.get("learning_rate").asDouble()).isEqualTo(0.8);
    assertThat(json.get("steps").asLong()).isEqualTo(100);
    assertThat(json.get("policy").asText()).isEqualTo("onecycle");
    assertThat(result.err()).contains("1cycle over 100 steps");
  }

  @Test
  void quietSaysOneLine() {
    Cli.Result result = Cli.run("schedule", "--max-lr", 0.8, "--steps", 100, "--quiet");
    assertThat(result.outLines()).hasSize(1);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void everyPolicyCanBeWritten() {
    for (String policy : TrainingConfig.POLICY.names()) {
      Path csv = temp.resolve(policy + ".csv");
      Cli.Result result =
          Cli.run("schedule", "--max-lr", 0.5, "--steps", 100, "--policy", policy, "--csv", csv);
      assertThat(result.code()).as(policy).isZero();
      List<String[]> rows = Cli.csv(csv, "step,learning_rate,momentum");
      double highest =
          rows.stream().mapToDouble(row -> Double.parseDouble(row[1])).max().orElseThrow();
      assertThat(rows).as(policy).hasSize(100);
      assertThat(highest).as(policy).isCloseTo(0.5, within(0.02));
    }
  }

  /** PyTorch's own values of {@code OneCycleLR(optimizer, 0.7, total_steps=3)}. */
  @Test
  void threeStepsOfPyTorch() {
    Path csv = temp.resolve("three.csv");
    Cli.Result result =
        Cli.run(
            "schedule",
            "--policy",
            "pytorch",
            "--max-lr",
            0.7,
            "--steps",
            3,
            "--csv",
            csv,
            "--quiet");
    assertThat(result.code()).isZero();
    double[] rates = {0.696090804815638, 0.323845971866883, 2.8e-06};
    double[] momenta = {0.850558458688744, 0.903736504679321, 0.95};
    List<String[]> rows = Cli.csv(csv, "step,learning_rate,momentum");
    for (int step = 0; step < 3; step++) {
      assertThat(Double.parseDouble(rows.get(step)[1])).isCloseTo(rates[step], within(1e-14));
      assertThat(Double.parseDouble(rows.get(step)[2])).isCloseTo(momenta[step], within(1e-14));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "onecycle --divider 20 --final-divider 50 --annihilation 0.2 --momentum 0.9:0.8"
            + "| 0.05 → 1 at step 40 → 0.05 at step 80 → 0.001; momentum 0.9 → 0.8 → 0.9",
        "seed --divider 20 --annihilation 0.1 --momentum 0.9:0.8"
            + "| use_clr_beta=(20, 10, 0.9, 0.8), over 100 steps, peak 1",
        "pytorch --warmup-share 0.4 --anneal linear --divider 20 --final-divider 50 --momentum .9:.8"
            + "| pct_start=0.4, anneal_strategy=linear, div_factor=20, final_div_factor=50,"
            + " max_momentum=0.9, base_momentum=0.8, three_phase=False",
        "pytorch3 | pct_start=0.3, anneal_strategy=cos, div_factor=25, final_div_factor=10000,"
            + " max_momentum=0.95, base_momentum=0.85, three_phase=True",
        "fastai2 --warmup-share 0.4 --divider 20 --final-divider 50 --momentum 0.9:0.8:0.7"
            + "| pct_start=0.4, div=20, div_final=50, moms=(0.9, 0.8, 0.7)",
        "fastai2 | pct_start=0.25, div=25, div_final=100000, moms=(0.95, 0.85, 0.95)",
        "cosine --warmup-share 0.5 --momentum 0.8 | up to 1 by step 50, then to 0; momentum 0.8",
        "triangular --divider 20 | learning rate 0.05 to 1 in 25 steps; momentum 0.9"
      })
  void everyParameterOfEveryPolicyIsAnOptionAndIsDescribed(String options, String described) {
    Cli.Result result =
        Cli.run(
            (Object[]) ("schedule --max-lr 1 --steps 100 --quiet --policy " + options).split(" "));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains(described);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--policy fastai2 --anneal linear"
            + "| --anneal must be left out with the policy fastai2, which has none, but was linear",
        "--warmup-share 0.3"
            + "| --warmup-share must be left out with the policy onecycle, which has none, but was 0.3",
        "--policy pytorch3 --annihilation 0.1"
            + "| --annihilation must be left out with the policy pytorch3, which has none, but was 0.1",
        "--policy pytorch --warmup-share 0.25 --steps 4"
            + "| --warmup-share must be other than one step of 4, where PyTorch divides by zero, but"
            + " was 0.25; choose another share or another number of steps",
        "--policy constant --momentum 0.95:0.85"
            + "| --momentum must be one value with the policy constant, which does not cycle it, but"
            + " was 0.95:0.85",
        "--policy pytorch --anneal quadratic | --anneal must be one of linear, cos but was quadratic",
        "--divider 0.5 | --divider must be at least 1 but was 0.5",
        "--annihilation 0 --steps 2"
            + "| steps must be at least 3 to start low, reach the peak and end low but was 2;"
            + " train for more epochs, or with a smaller --batch-size"
      })
  void whatAPolicyDoesNotHaveOrCannotDoIsNamed(String options, String complaint) {
    String steps = options.contains("--steps") ? "" : "--steps 100 ";
    Cli.Result result = Cli.run((Object[]) ("schedule --max-lr 1 " + steps + options).split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints()).singleElement().isEqualTo("onecycle: " + complaint);
  }

  @Test
  void momentaInTheWrongOrderAreQuestionedInEveryPolicy() {
    for (String policy : TrainingConfig.POLICY.names()) {
      Cli.Result result =
          Cli.run(
              "schedule",
              "--max-lr",
              1,
              "--steps",
              100,
              "--policy",
              policy,
              "--momentum",
              "0.85:0.95");
      assertThat(result.code()).as(policy).isEqualTo(2);
      assertThat(result.complaints())
          .singleElement()
          .isEqualTo(
              "onecycle: --momentum must be high:low, first the value at low learning rates, then"
                  + " the lower one at the peak, but was 0.85:0.95; did you mean 0.95:0.85?");
    }
  }

  @Test
  void nothingIsWrittenWhereOneOfTheFilesCannotBe() {
    Path csv = temp.resolve("cycle.csv");
    Cli.Result result =
        Cli.run("schedule", "--max-lr", 1, "--steps", 20, "--csv", csv, "--svg", temp);
    assertThat(result.code()).isEqualTo(73);
    assertThat(result.complaints()).singleElement().asString().contains(temp.toString());
    assertThat(csv).doesNotExist();
  }
}
