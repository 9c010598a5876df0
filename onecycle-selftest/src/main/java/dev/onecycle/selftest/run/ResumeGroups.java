package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cases of runs that stop between two steps. */
final class ResumeGroups {
  private static final LearnerSettings SGD =
      LearnerSettings.builder().precision(Precision.FP32).threads(2).seed(7).build();
  private static final LearnerSettings BF16 =
      LearnerSettings.builder().precision(Precision.BF16).threads(2).seed(7).build();
  private static final LearnerSettings ADAMW =
      LearnerSettings.builder()
          .optimizer(Optimizer.adamW())
          .precision(Precision.FP32)
          .threads(1)
          .seed(7)
          .build();

  private static final LearnerSettings MUON =
      LearnerSettings.builder()
          .optimizer(Optimizer.muon())
          .precision(Precision.FP32)
          .threads(2)
          .seed(7)
          .build();

  /** Steps before, at and after the corners of the cycle and the ends of epochs. */
  private static final List<Integer> IN_PROCESSES = List.of(1, 15, 16, 17, 20, 21, 41, 47);

  private ResumeGroups() {}

  static List<Group> of(Tier tier, Program program) {
    List<Case> stops = new ArrayList<>();
    for (int step = 1; step <= TinyTraining.STEPS; step++) {
      stops.add(inProcess("stop after step " + step, SGD, List.of(step)));
    }
    List<Case> processes = IN_PROCESSES.stream().map(step -> killed(step, program)).toList();
    List<Case> several =
        List.of(
            inProcess("2 stops in an epoch, SGD", SGD, List.of(20, 27)),
            inProcess("3 stops in an epoch, SGD", SGD, List.of(17, 18, 31)),
            inProcess("5 stops in an epoch, SGD", SGD, List.of(1, 2, 3, 8, 15)),
            inProcess("2 stops in an epoch, AdamW", ADAMW, List.of(33, 40)),
            inProcess("2 stops in an epoch, Muon", MUON, List.of(18, 29)),
            inProcess("3 stops in an epoch, bf16", BF16, List.of(16, 17, 32)),
            inProcess("5 stops in an epoch, bf16", BF16, List.of(20, 21, 22, 23, 30)));
    boolean full = tier == Tier.FULL;
    List<Case> all = new ArrayList<>(full ? stops : Tier.every(5, 3, stops));
    all.addAll(full ? processes : Tier.every(4, 0, processes));
    return List.of(
        new Group("resume", "weights, optimizer, rates and losses equal in every bit", 1, all),
        new Group("interrupts", "several stops in one epoch: equal in every bit", 1, several));
  }

  private static Case inProcess(String name, LearnerSettings settings, List<Integer> stops) {
    return new Case(
        name,
        folder -> {
          TinyTraining training = new TinyTraining(settings);
          TinyTraining.Result whole = training.interrupted(folder.resolve("whole"), List.of());
          TinyTraining.Result parts = training.interrupted(folder.resolve("parts"), stops);
          Expect.equal(TinyTraining.STEPS, whole.steps().size(), "steps");
          Expect.equal(whole, parts, "the result");
        });
  }

  /** A process is killed after a step that was saved; another process resumes. */
  private static Case killed(int step, Program program) {
    return new Case(
        "stop after step " + step + ", fresh process",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          List<String> fault = TinyRuns.fault("train.before-update", step + 1, "halt");
          runs.train(run, fault, "--checkpoint-minutes=1e-9").requireExitCode(137);
          ProcessUnderTest resumed = runs.resume(run, List.of(), "--checkpoint-minutes=10");
          resumed.requireExitCode(0);
          Expect.equal(
              step, TinyRuns.resumedFrom(resumed.output()), "the step that it resumes from");
          runs.requireSameAsWhole(run);
        });
  }
}
