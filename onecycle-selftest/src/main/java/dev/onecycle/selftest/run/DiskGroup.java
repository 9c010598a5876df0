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

/** Disks on which no more can be written. */
final class DiskGroup {
  private static final int CANNOT_CREATE = 73;
  private static final int CANNOT_WRITE = 74;

  /** Blocks of 512 bytes that a file may have: from the report's size to the model's. */
  private static final List<Integer> LIMITS =
      List.of(8, 32, 64, 128, 256, 400, 512, 700, 900, 1100, 1300, 1500, 1700, 1900, 2100, 2126);

  private DiskGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases = new ArrayList<>();
    for (int blocks : LIMITS) {
      cases.add(limited(blocks, program));
    }
    cases.add(full("checkpoint.write", 45, program));
    cases.add(full("csv.append", 3, program));
    cases.add(warned("checkpoint.write", 45, program));
    cases.add(warned("csv.append", 3, program));
    return new Group(
        "full disk",
        "no abort, one line with the path, the checkpoint before it intact",
        2,
        tier == Tier.FULL ? cases : Tier.every(6, 4, cases));
  }

  /** Files cannot grow past a size: the system refuses each byte beyond it. */
  private static Case limited(int blocks, Program program) {
    return new Case(
        "files of at most " + blocks * 512 + " bytes",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = half(folder, runs);
          ProcessUnderTest child = runs.resumeLimited(run, blocks);
          requireRefused(child);
          runs.requireResumesToTheSameBits(run);
        });
  }

  /** A run that was killed in its second epoch: its last checkpoint is that of its first. */
  private static Path half(Path folder, TinyRuns runs) throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    runs.train(run, TinyRuns.fault("train.before-update", 20, "halt")).end(137);
    return run;
  }

  private static Case full(String point, int time, Program program) {
    return new Case(
        "full at " + point,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          requireRefused(runs.train(run, TinyRuns.fault(point, time, "full")));
          Expect.that(Files.exists(run.resolve("checkpoints/latest")), () -> "no checkpoint");
          runs.requireResumesToTheSameBits(run);
        });
  }

  private static Case warned(String point, int time, Program program) {
    return new Case(
        "full at " + point + ", told to go on",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest child =
              runs.train(run, TinyRuns.fault(point, time, "full"), "--on-save-error=warn");
          child.end(0);
          Expect.that(child.said().contains("No space left on device"), child::said);
          runs.requireSameAsWhole(run);
        });
  }

  private static void requireRefused(ProcessUnderTest child)
      throws IOException, InterruptedException {
    int code = child.end();
    Expect.that(
        code == CANNOT_CREATE || code == CANNOT_WRITE,
        () -> "exit code must be 73 or 74 but was " + code + child.said());
    List<String> errors = Files.readAllLines(child.err());
    Expect.that(
        errors.stream().anyMatch(line -> line.startsWith("onecycle: cannot "))
            && errors.stream().noneMatch(line -> line.startsWith("\tat ")),
        child::said);
  }
}
