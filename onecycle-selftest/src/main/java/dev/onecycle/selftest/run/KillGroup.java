package dev.onecycle.selftest.run;

import dev.onecycle.selftest.Case;
import dev.onecycle.selftest.Expect;
import dev.onecycle.selftest.Group;
import dev.onecycle.selftest.ProcessUnderTest;
import dev.onecycle.selftest.Program;
import dev.onecycle.selftest.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Processes that are killed with signal 9. */
final class KillGroup {
  /** Where a process is killed, and the two times at which it has come there. */
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

  /** Points at which, the second time, it is a resumed run that is killed. */
  private static final Set<String> RESUMED =
      Set.of("lock.taken", "checkpoint.begin", "checkpoint.renamed", "checkpoint.pruning");

  private KillGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases = new ArrayList<>();
    for (Point point : POINTS) {
      cases.add(at(point.name, point.first, "first", program));
      cases.add(
          RESUMED.contains(point.name)
              ? resumed(point.name, program)
              : at(point.name, point.second, "later", program));
    }
    for (int i = 0; i < 20; i++) {
      int number = i;
      cases.add(new Case("at random, " + i, folder -> atRandom(folder, number, program)));
    }
    return new Group(
        "kill -9",
        "resumes with no manual step, loses at most one interval, ends at the same bits",
        2,
        tier == Tier.FULL ? cases : Tier.every(8, 7, cases));
  }

  private static Case at(String point, int time, String which, Program program) {
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
          ProcessUnderTest child = runs.trainAsTold(run, fault, rate);
          child.awaitOutput("stays at " + point);
          kill(child);
          int trained = point.equals("train.before-update") ? time - 1 : 0;
          requireGoesOn(runs, run, Math.max(trained, steps(child)) - TinyRuns.EPOCH);
        });
  }

  private static Case resumed(String point, Program program) {
    return new Case(
        point + ", of a resumed run",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          runs.train(run, TinyRuns.fault("train.before-update", 20, "halt")).end(137);
          ProcessUnderTest child = runs.resume(run, TinyRuns.fault(point, 1, "freeze"));
          child.awaitOutput("stays at " + point);
          kill(child);
          requireGoesOn(runs, run, TinyRuns.EPOCH);
        });
  }

  private static void atRandom(Path folder, int number, Program program)
      throws IOException, InterruptedException {
    TinyRuns runs = TinyRuns.in(folder, program);
    Path run = folder.resolve("run");
    SplittableRandom random = new SplittableRandom(number);
    ProcessUnderTest child = runs.train(run, List.of());
    child.await(
        () -> Files.exists(run) || number % 4 == 0 || !child.process().isAlive(), "its folder");
    Thread.sleep(random.nextInt(1500));
    kill(child);
    requireGoesOn(runs, run, steps(child) - TinyRuns.EPOCH);
  }

  /** How many steps it has made, by the epochs that it has shown. */
  private static int steps(ProcessUnderTest child) {
    return TinyRuns.EPOCH * (int) child.said().lines().filter(l -> l.startsWith("epoch  ")).count();
  }

  private static void kill(ProcessUnderTest child) throws InterruptedException {
    child.process().destroyForcibly(); // signal 9
    child.end();
  }

  /**
   * A run that has a record is resumed; before that there is nothing to resume, and the same
   * command begins it.
   *
   * @param least step from which it must go on, if not from a later one
   */
  private static void requireGoesOn(TinyRuns runs, Path run, int least)
      throws IOException, InterruptedException {
    if (!Files.exists(run.resolve("run.json"))) {
      runs.train(run, List.of()).end(0);
    } else {
      ProcessUnderTest resumed = runs.resume(run, List.of());
      resumed.end(0);
      if (!resumed.said().contains("The run is over")) {
        int from = TinyRuns.resumedFrom(resumed);
        Expect.that(
            from >= least, () -> "it must go on from step " + least + " but did from " + from);
      }
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
