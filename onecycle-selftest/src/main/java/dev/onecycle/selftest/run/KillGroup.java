package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Cases of processes that are killed with signal 9. */
final class KillGroup {
  /**
   * A point of {@code Faults} at which a process is killed.
   *
   * @param first how often the process has reached the point in the first case
   * @param second how often in the second case
   */
  private record Point(String name, int first, int second) {}

  private static final List<Point> POINTS =
      List.of(
          new Point("train.start", 1, 1),
          new Point("data.decoded", 1, 1),
          new Point("range.step", 1, 30),
          new Point("lock.taken", 1, 1),
          new Point("run.begun", 1, 1),
          new Point("file.written", 2, 20),
          new Point("checkpoint.begin", 1, 3),
          new Point("checkpoint.file-created", 1, 5),
          new Point("checkpoint.write", 1, 45),
          new Point("checkpoint.before-force", 2, 8),
          new Point("checkpoint.forced", 3, 9),
          new Point("checkpoint.before-manifest", 1, 3),
          new Point("checkpoint.before-rename", 2, 4),
          new Point("checkpoint.renamed", 1, 3),
          new Point("checkpoint.latest", 2, 4),
          new Point("checkpoint.pruning", 1, 1),
          new Point("train.before-update", 1, 40),
          new Point("train.evaluating", 1, 3),
          new Point("report.begin", 1, 3),
          new Point("csv.append", 1, 4));

  /** Points whose second case kills a resumed run. */
  private static final Set<String> RESUMED =
      Set.of("lock.taken", "checkpoint.begin", "checkpoint.renamed", "checkpoint.pruning");

  private KillGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases = new ArrayList<>();
    for (Point point : POINTS) {
      cases.add(at(point.name, point.first, "first", program, tier));
      cases.add(
          RESUMED.contains(point.name)
              ? resumed(point.name, program, tier)
              : at(point.name, point.second, "later", program, tier));
    }
    for (int i = 0; i < 20; i++) {
      int number = i;
      cases.add(new Case("at random, " + i, folder -> atRandom(folder, number, program, tier)));
    }
    return new Group(
        "kill -9",
        "resumes with no manual step, loses at most one interval, ends at the same bits",
        2,
        tier == Tier.FULL ? cases : Tier.every(8, 7, cases));
  }

  private static Case at(String point, int time, String which, Program program, Tier tier) {
    return new Case(
        point + ", " + which + " time",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          boolean tested = point.equals("range.step");
          List<String> fault = new ArrayList<>(TinyRuns.fault(point, time, "freeze"));
          if (point.equals("data.decoded")) {
            fault.add("-Donecycle.cache=" + folder.resolve("cache"));
          }
          List<String> rate = tested ? List.of() : List.of("--max-lr=0.05");
          ProcessUnderTest process = runs.trainWith(run, fault, rate);
          process.awaitOutput("stays at " + point);
          process.kill();
          int trained = point.equals("train.before-update") ? time - 1 : 0;
          requireResumes(runs, run, tier, Math.max(trained, stepsMade(process)) - TinyRuns.EPOCH);
        });
  }

  private static Case resumed(String point, Program program, Tier tier) {
    return new Case(
        point + ", of a resumed run",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          runs.train(run, TinyRuns.fault("train.before-update", 20, "halt")).requireExitCode(137);
          ProcessUnderTest process = runs.resume(run, TinyRuns.fault(point, 1, "freeze"));
          process.awaitOutput("stays at " + point);
          process.kill();
          requireResumes(runs, run, tier, TinyRuns.EPOCH);
        });
  }

  private static void atRandom(Path folder, int number, Program program, Tier tier)
      throws IOException {
    TinyRuns runs = TinyRuns.in(folder, program);
    Path run = folder.resolve("run");
    SplittableRandom random = new SplittableRandom(number);
    ProcessUnderTest process = runs.train(run, List.of());
    process.await(
        () -> Files.exists(run) || number % 4 == 0 || !process.process().isAlive(),
        "the folder of the run");
    process.pause(random.nextInt(1500));
    process.kill();
    requireResumes(runs, run, tier, stepsMade(process) - TinyRuns.EPOCH);
  }

  /** Number of steps that the process has made, from the epochs that it has printed. */
  private static int stepsMade(ProcessUnderTest process) {
    return TinyRuns.EPOCH
        * (int) process.output().lines().filter(l -> l.startsWith("epoch  ")).count();
  }

  /**
   * Requires that a run ends at the bits of the undisturbed run: it is resumed if it has a record,
   * otherwise the same command starts it again. In the quick tier this process does so: the start
   * of another one takes seconds.
   *
   * @param minStep first step from which it may resume
   */
  private static void requireResumes(TinyRuns runs, Path run, Tier tier, int minStep)
      throws IOException {
    boolean begun = Files.exists(run.resolve("run.json"));
    String output;
    if (tier == Tier.QUICK) {
      output = begun ? runs.resumeHere(run) : runs.trainHere(run);
    } else {
      ProcessUnderTest process = begun ? runs.resume(run, List.of()) : runs.train(run, List.of());
      process.requireExitCode(0);
      output = process.output();
    }
    if (begun && !output.contains("The run is finished")) {
      int from = TinyRuns.resumedFrom(output);
      Expect.that(
          from >= minStep,
          () -> "it must resume from step " + minStep + " or later but did from " + from);
    }
    runs.requireSameAsWhole(run);
    try (Stream<Path> left = Files.walk(run)) {
      List<Path> unfinished =
          left.filter(path -> path.getFileName().toString().matches("\\..*(tmp|unfinished).*"))
              .toList();
      Expect.that(unfinished.isEmpty(), () -> "left over: " + unfinished);
    }
  }
}
