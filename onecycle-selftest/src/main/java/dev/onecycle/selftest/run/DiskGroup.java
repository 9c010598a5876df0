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

/** Cases of disks that are full. */
final class DiskGroup {
  private static final int CANNOT_CREATE = 73;
  private static final int CANNOT_WRITE = 74;

  /** Limits of a file in blocks of 512 bytes: from the report's size to the model's. */
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

  /** The system refuses each byte of a file beyond a size. */
  private static Case limited(int blocks, Program program) {
    return new Case(
        "files of at most " + blocks * 512 + " bytes",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = killedInSecondEpoch(folder, runs);
          ProcessUnderTest process = runs.resumeLimited(run, blocks);
          requireRefused(process);
          runs.requireResumesToTheSameBits(run);
        });
  }

  /** Trains a run that is killed in its second epoch, after the checkpoint of the first. */
  private static Path killedInSecondEpoch(Path folder, TinyRuns runs) throws IOException {
    Path run = folder.resolve("run");
    runs.train(run, TinyRuns.fault("train.before-update", 20, "halt")).requireExitCode(137);
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
        "full at " + point + ", told to continue",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process =
              runs.train(run, TinyRuns.fault(point, time, "full"), "--on-save-error=warn");
          process.requireExitCode(0);
          Expect.that(process.output().contains("No space left on device"), process::output);
          runs.requireSameAsWhole(run);
        });
  }

  private static void requireRefused(ProcessUnderTest process) throws IOException {
    int code = process.exitCode();
    Expect.that(
        code == CANNOT_CREATE || code == CANNOT_WRITE,
        () -> "exit code must be 73 or 74 but was " + code + process.output());
    List<String> errors = Files.readAllLines(process.err());
    Expect.that(
        errors.stream()
                .anyMatch(line -> line.matches("onecycle: /.* cannot be (created|written): .+"))
            && errors.stream().noneMatch(line -> line.startsWith("\tat ")),
        process::output);
  }
}
