package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.NotTriedException;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cases of signals that arrive while a process trains. */
final class SignalGroup {
  private static final double FIRST_SECONDS = 5;
  private static final double SECOND_SECONDS = 1;

  /**
   * The work of a process when the signal arrives.
   *
   * @param name of the work, for people
   * @param point of {@code Faults} that the process has reached
   * @param time how often it has reached the point
   * @param begun whether the folder of the run exists by then
   */
  private record Phase(String name, String point, int time, boolean begun) {}

  private static final List<Phase> PHASES =
      List.of(
          new Phase("training", "train.before-update", 40, true),
          new Phase("evaluating", "train.evaluating", 2, true),
          new Phase("saving", "checkpoint.write", 45, true),
          new Phase("finding a rate", "range.step", 20, false));

  private SignalGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases = new ArrayList<>();
    for (Phase phase : PHASES) {
      cases.add(ends("INT", 130, phase, program));
      cases.add(ends("TERM", 143, phase, program));
      cases.add(ends("HUP", 129, phase, program));
      cases.add(twice(phase, program));
      cases.add(saves(phase, program));
    }
    return new Group(
        "signals",
        "the first ends the run in order within 5 s, the second within 1 s, USR1 saves; then equal bits",
        2,
        tier == Tier.FULL ? cases : Tier.every(7, 3, cases));
  }

  /** A process inherits its ignored signals: HUP from nohup, INT from a shell's background. */
  private static void requireNotIgnored(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElse("0");
    // An import would be a warning of javadoc.
    int number = new sun.misc.Signal(signal).getNumber();
    if ((Long.parseUnsignedLong(mask, 16) >> (number - 1) & 1) == 1) {
      throw new NotTriedException("this process was started with " + signal + " ignored");
    }
  }

  private static ProcessUnderTest started(Phase phase, TinyRuns runs, Path run) throws IOException {
    ProcessUnderTest process =
        runs.trainWith(
            run,
            TinyRuns.fault(phase.point, phase.time, "slow"),
            phase.begun ? List.of("--max-lr=0.05") : List.of());
    process.awaitOutput("stays at " + phase.point);
    return process;
  }

  private static Case ends(String signal, int code, Phase phase, Program program) {
    return new Case(
        signal + " while " + phase.name,
        folder -> {
          requireNotIgnored(signal);
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process = started(phase, runs, run);
          process.signal(signal);
          long begin = System.nanoTime();
          process.requireExitCode(code);
          requireWithin(FIRST_SECONDS, begin);
          if (phase.begun) {
            for (String file : List.of("report.html", "model.safetensors", "checkpoints/latest")) {
              Expect.that(Files.exists(run.resolve(file)), () -> "no " + file);
            }
          }
          requireResumes(phase, runs, run);
        });
  }

  private static Case twice(Phase phase, Program program) {
    return new Case(
        "INT twice while " + phase.name,
        folder -> {
          requireNotIgnored("INT");
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process = started(phase, runs, run);
          process.signal("INT");
          process.pause(700); // sooner it would be taken for the same order
          process.signal("INT");
          long begin = System.nanoTime();
          process.requireExitCode(130);
          requireWithin(SECOND_SECONDS, begin);
          requireResumes(phase, runs, run);
        });
  }

  private static Case saves(Phase phase, Program program) {
    return new Case(
        "USR1 while " + phase.name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process = started(phase, runs, run);
          process.signal("USR1");
          process.requireExitCode(0);
          if (phase.begun) {
            runs.requireSameAsWhole(run);
          }
          if (phase.name.equals("training")) {
            Expect.that(
                Files.exists(run.resolve("checkpoints/step-0000000040-epoch-000002")),
                () -> "no checkpoint of the step in which the signal arrived");
          }
        });
  }

  private static void requireWithin(double seconds, long begin) {
    double took = (System.nanoTime() - begin) / 1e9;
    Expect.that(took <= seconds, () -> "the process took " + took + " s to end");
  }

  private static void requireResumes(Phase phase, TinyRuns runs, Path run) throws IOException {
    if (phase.begun) {
      runs.requireResumesToTheSameBits(run);
    } else {
      Expect.that(!Files.exists(run), () -> "the folder of a run was left behind");
    }
  }
}
