package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.error.InvalidValueException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The policies {@code pytorch} and {@code pytorch3} against PyTorch's OneCycleLR, on a grid of
 * lengths, shares, curves, phases, dividers and momenta: the settings that PyTorch computes are
 * equal, and those at which it divides by zero are refused.
 */
class OneCycleLrTest {
  private static final Path GOLDENS = goldens();
  private static final double PEAK = 0.7;
  private static final int SETTINGS = 12 * 9 * 2 * 2 * 3;
  private static final int DIVISIONS_BY_ZERO = 5 * 2 * 2 * 3;

  @TempDir Path temp;

  @Test
  void someStepsOfEverySettingAreThoseOfTheStoredFile() throws IOException {
    check(Files.readAllLines(GOLDENS.resolve("one_cycle_lr.txt")));
  }

  /** Skipped where no Python here has torch; a build server must have one. */
  @Test
  void everyStepOfEverySettingIsPyTorchs() throws IOException, InterruptedException {
    Optional<String> python = pythonWithTorch();
    boolean onBuildServer = Boolean.parseBoolean(System.getenv("CI"));
    assumeTrue(python.isPresent() || onBuildServer, "no Python here has torch");
    Path printed = temp.resolve("all.txt");
    Process process =
        new ProcessBuilder(
                python.orElseThrow(), GOLDENS.resolve("one_cycle_lr.py").toString(), "--all")
            .redirectOutput(printed.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    check(Files.readAllLines(printed));
  }

  /** The defaults of {@code OneCycleLR(optimizer, 0.7, total_steps=3)}. */
  @Test
  void threeStepsByDefault() {
    Schedule rate = PolicyChoice.of(PolicyChoice.Kind.PYTORCH).over(3, PEAK).learningRate();
    assertThat(rate.at(0)).isCloseTo(0.69609, within(5e-6));
    assertThat(rate.at(1)).isCloseTo(0.32385, within(5e-6));
    assertThat(rate.at(2)).isCloseTo(2.8e-6, within(1e-18));
  }

  @Test
  void pytorch3IsOneCycleLrWithItsThirdPhaseAndEveryOtherDefault() {
    Policy three = PolicyChoice.of(PolicyChoice.Kind.PYTORCH3).over(100, PEAK);
    Policy same =
        CompatibilityPolicies.pytorch(100, PEAK, 0.3, Anneal.COS, true, 25, 1e4, 0.95, 0.85);
    assertThat(three.name()).isEqualTo("pytorch3");
    assertThat(three.describe()).isEqualTo(same.describe());
    for (int step = 0; step < 110; step++) {
      assertThat(three.learningRate().at(step)).isEqualTo(same.learningRate().at(step));
      assertThat(three.momentum().at(step)).isEqualTo(same.momentum().at(step));
    }
  }

  @Test
  void phasesAreThoseThatHaveSteps() {
    assertThat(policy(10, 0.5, false).phases())
        .containsExactly(new Phase("warm-up", 0, 4), new Phase("cool-down", 5, 9));
    assertThat(policy(10, 0.3, true).phases())
        .containsExactly(
            new Phase("warm-up", 0, 2),
            new Phase("cool-down", 3, 4),
            new Phase("annihilation", 5, 9));
    assertThat(policy(10, 0, false).phases()).containsExactly(new Phase("cool-down", 0, 9));
    assertThat(policy(10, 1, false).phases()).containsExactly(new Phase("warm-up", 0, 9));
    assertThat(policy(10, 0, true).phases()).containsExactly(new Phase("annihilation", 0, 9));
    assertThat(policy(10, 0.7, true).phases())
        .containsExactly(new Phase("warm-up", 0, 6), new Phase("cool-down", 7, 9));
    assertThat(policy(1, 0.3, false).phases()).containsExactly(new Phase("cool-down", 0, 0));
  }

  @Test
  void thePeakIsTheHighestRateAlsoWhereADividerIsBelowOne() {
    assertThat(
            CompatibilityPolicies.pytorch(10, 1, 0.3, Anneal.COS, false, 0.5, 1e4, 0.95, 0.85)
                .peak())
        .isEqualTo(2);
    assertThatThrownBy(
            () ->
                CompatibilityPolicies.pytorch(10, 1, 0.3, Anneal.COS, false, 1e-310, 1, 0.95, 0.85))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("divider must be such that every rate is finite but was");
  }

  private static Policy policy(long steps, double share, boolean threePhase) {
    return CompatibilityPolicies.pytorch(
        steps, PEAK, share, Anneal.COS, threePhase, 25, 1e4, 0.95, 0.85);
  }

  /** Lines as the script prints them. */
  private static void check(List<String> lines) {
    int refused = 0;
    for (String line : lines.subList(1, lines.size())) {
      String[] parts = line.split("; ", -1);
      if (parts[1].equals("ZeroDivisionError")) {
        refused++;
        assertThatThrownBy(() -> policy(parts[0]))
            .as(line)
            .isInstanceOf(InvalidValueException.class)
            .hasMessageMatching(
                "warmup share must be other than one step of \\d+, where PyTorch divides by zero,"
                    + " but was .*; choose another share or another number of steps");
        continue;
      }
      Policy policy = policy(parts[0]);
      for (int i = 1; i < parts.length; i++) {
        String[] cells = parts[i].split(" ", -1);
        long step = Long.parseLong(cells[0]);
        // Rounding of a double, at the scale of the largest value.
        assertThat(policy.learningRate().at(step))
            .as("learning rate at step %d of %s", step, parts[0])
            .isCloseTo(Double.parseDouble(cells[1]), within(2e-15 * policy.peak()));
        assertThat(policy.momentum().at(step))
            .as("momentum at step %d of %s", step, parts[0])
            .isCloseTo(Double.parseDouble(cells[2]), within(2e-15));
      }
    }
    assertThat(lines).hasSize(1 + SETTINGS);
    assertThat(refused).isEqualTo(DIVISIONS_BY_ZERO);
  }

  private static Policy policy(String setting) {
    String[] words = setting.split(" ", -1);
    return CompatibilityPolicies.pytorch(
        Long.parseLong(words[0]),
        PEAK,
        Double.parseDouble(words[1]),
        words[2].equals("cos") ? Anneal.COS : Anneal.LINEAR,
        words[3].equals("True"),
        Double.parseDouble(words[4]),
        Double.parseDouble(words[5]),
        Double.parseDouble(words[6]),
        Double.parseDouble(words[7]));
  }

  private static Path goldens() {
    try {
      return Path.of(OneCycleLrTest.class.getResource("/goldens").toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** The first Python on the path may lack the packages of the system's own. */
  private static Optional<String> pythonWithTorch() throws InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-c", "import torch")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0) {
          return Optional.of(python);
        }
        process.destroyForcibly();
      } catch (IOException e) {
        continue; // there is none of this name
      }
    }
    return Optional.empty();
  }
}
