package dev.onecycle.selftest.run;

import dev.onecycle.selftest.Case;
import dev.onecycle.selftest.Expect;
import dev.onecycle.selftest.Group;
import dev.onecycle.selftest.ProcessUnderTest;
import dev.onecycle.selftest.Program;
import dev.onecycle.selftest.Tier;
import dev.onecycle.selftest.Unreached;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Signal;

/** Signals that come while a run is at work. */
final class SignalGroup {
  private static final double FIRST_SECONDS = 5;
  private static final double SECOND_SECONDS = 1;

  /**
   * What a run is doing.
   *
   * @param name for people
   * @param point that it has reached then
   * @param time the how many-th time
   * @param begun whether there is a run by then
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
        "the first ends in order within 5 s, the second within 1 s, USR1 saves; then equal bits",
        2,
        tier == Tier.FULL ? cases : Tier.every(7, 3, cases));
  }

  /** A process inherits which signals are ignored: by nohup HUP, in a shell's background INT. */
  private static void requireHeard(String signal) throws IOException {
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
    int number = new Signal(signal).getNumber();
    if ((Long.parseUnsignedLong(mask, 16) >> (number - 1) & 1) == 1) {
      throw new Unreached("this process was started with " + signal + " ignored");
    }
  }

  private static ProcessUnderTest at(Phase phase, TinyRuns runs, Path run)
      throws IOException, InterruptedException {
    ProcessUnderTest child =
        runs.trainAsTold(
            run,
            TinyRuns.fault(phase.point, phase.time, "slow"),
            phase.begun ? List.of("--max-lr=0.05") : List.of());
    child.awaitOutput("stays at " + phase.point);
    return child;
  }

  private static Case ends(String signal, int code, Phase phase, Program program) {
    return new Case(
        signal + " while " + phase.name,
        folder -> {
          requireHeard(signal);
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest child = at(phase, runs, run);
          child.signal(signal);
          long begin = System.nanoTime();
          child.end(code);
          requireWithin(FIRST_SECONDS, begin);
          if (phase.begun) {
            for (String file : List.of("report.html", "model.safetensors", "checkpoints/latest")) {
              Expect.that(Files.exists(run.resolve(file)), () -> "no " + file);
            }
          }
          requireGoesOn(phase, runs, run);
        });
  }

  private static Case twice(Phase phase, Program program) {
    return new Case(
        "INT twice while " + phase.name,
        folder -> {
          requireHeard("INT");
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest child = at(phase, runs, run);
          child.signal("INT");
          Thread.sleep(100);
          child.signal("INT");
          long begin = System.nanoTime();
          child.end(130);
          requireWithin(SECOND_SECONDS, begin);
          requireGoesOn(phase, runs, run);
        });
  }

  private static Case saves(Phase phase, Program program) {
    return new Case(
        "USR1 while " + phase.name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest child = at(phase, runs, run);
          child.signal("USR1");
          child.end(0);
          if (phase.begun) {
            runs.requireSameAsWhole(run);
          }
          if (phase.name.equals("training")) {
            Expect.that(
                Files.exists(run.resolve("checkpoints/step-0000000040-epoch-000002")),
                () -> "no checkpoint of the step in which it came");
          }
        });
  }

  private static void requireWithin(double seconds, long begin) {
    double took = (System.nanoTime() - begin) / 1e9;
    Expect.that(took <= seconds, () -> "it took " + took + " s to end");
  }

  private static void requireGoesOn(Phase phase, TinyRuns runs, Path run)
      throws IOException, InterruptedException {
    if (phase.begun) {
      runs.requireResumesToTheSameBits(run);
    } else {
      Expect.that(!Files.exists(run), () -> "a run was left");
    }
  }
}
