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
