package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Cases of losses, gradients and weights that are not finite. */
final class DivergenceGroup {
  private static final int DIVERGED = 76;
  private static final int NO_RATE = 65;

  private DivergenceGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases = new ArrayList<>();
    for (int time : List.of(1, 20, 48)) {
      cases.add(stops("train.loss", time, program));
      cases.add(stops("train.gradient", time, program));
    }
    cases.add(retries("train.loss", 20, program));
    cases.add(retries("train.gradient", 33, program));
    cases.add(spoiled("SGD", List.of("--max-lr=1e15"), program));
    cases.add(spoiled("AdamW", List.of("--max-lr=1e15", "--optimizer=adamw"), program));
    cases.add(exhausted(program));
    cases.add(rangeTest(program));
    return new Group(
        "divergence",
        "stops within a step, exit code 76, files stay finite; retries use lower rates",
        2,
        tier == Tier.FULL ? cases : Tier.every(5, 1, cases));
  }

  private static Case stops(String point, int time, Program program) {
    return new Case(
        point + " at step " + time,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process = runs.train(run, TinyRuns.fault(point, time, "nan"));
          process.requireExitCode(DIVERGED);
          String output = process.output();
          Expect.that(
              output.contains("at step " + (time - 1) + " "), () -> "another step" + output);
          Expect.that(output.contains("lower the peak"), () -> "no advice" + output);
          requireFinite(run);
          runs.requireResumesToTheSameBits(run);
        });
  }

  private static Case retries(String point, int time, Program program) {
    return new Case(
        point + " at step " + time + ", retried",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          runs.train(run, TinyRuns.fault(point, time, "nan"), "--on-divergence=retry")
              .requireExitCode(0);
          // Before the step: its own weights and images would give the same numbers again.
          int from = (time - 2) / TinyRuns.EPOCH * TinyRuns.EPOCH;
          List<String> whole = Files.readAllLines(runs.whole().resolve("steps.csv"));
          List<String> steps = Files.readAllLines(run.resolve("steps.csv"));
          Expect.equal(whole.size(), steps.size(), "steps");
          for (int i = 1; i < whole.size(); i++) {
            double expected = rate(whole.get(i)) * (i - 1 < from ? 1 : 1 / 3.0);
            double actual = rate(steps.get(i));
            int step = i - 1;
            Expect.that(
                Math.abs(actual - expected) <= 1e-12,
                () -> "rate of step " + step + " must be " + expected + " but was " + actual);
          }
          Expect.that(
              Files.readString(run.resolve("run.json")).contains("must be finite"),
              () -> "the record must say why the rates were lowered");
          requireFinite(run);
        });
  }

  private static double rate(String line) {
    return Double.parseDouble(line.split(",", -1)[2]);
  }

  private static Case spoiled(String name, List<String> words, Program program) {
    return new Case(
        "a rate that spoils weights, " + name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          runs.trainWith(run, List.of(), words).requireExitCode(DIVERGED);
          requireFinite(run);
        });
  }

  private static Case exhausted(Program program) {
    return new Case(
        "three tries are not enough",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process =
              runs.trainWith(run, List.of(), List.of("--max-lr=1e15", "--on-divergence=retry"));
          process.requireExitCode(DIVERGED);
          Expect.that(process.output().contains("try 3 of 3"), process::output);
          requireFinite(run);
        });
  }

  /** A range test that diverges at once gives neither a rate nor a run. */
  private static Case rangeTest(Program program) {
    return new Case(
        "train.loss in a range test",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          runs.trainWith(run, TinyRuns.fault("train.loss", 3, "nan"), List.of("--range-repeats=1"))
              .requireExitCode(NO_RATE);
          Expect.that(!Files.exists(run), () -> "the folder of a run was left behind");
        });
  }

  private static void requireFinite(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        for (NamedTensor tensor : Safetensors.read(file).tensors()) {
          Expect.that(tensor.firstNotFinite().isEmpty(), () -> file + ": " + tensor.name());
        }
      }
    }
  }
}
