package dev.onecycle.selftest.run;

import dev.onecycle.run.files.Directories;
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

/** Cases of output folders. */
final class FolderGroup {
  private static final int USAGE = 2;
  private static final int CANNOT_CREATE = 73;
  private static final int CANNOT_WRITE = 74;

  /** Prepares an output folder. */
  private interface Place {
    Path prepare(Path folder) throws IOException;
  }

  private FolderGroup() {}

  static Group of(Tier tier, Program program) {
    List<Case> cases =
        List.of(
            refused("read-only", CANNOT_CREATE, folder -> readOnly(), program),
            refused("a file", CANNOT_CREATE, f -> Files.createFile(f.resolve("out")), program),
            refused(
                "under a file",
                CANNOT_CREATE,
                f -> Files.createFile(f.resolve("file")).resolve("out"),
                program),
            refused("a name of 256 bytes", CANNOT_CREATE, f -> f.resolve("x".repeat(256)), program),
            refused("not empty", USAGE, FolderGroup::filled, program),
            used("missing parents", f -> f.resolve("a/b/c"), program),
            used("a name of 255 bytes", f -> f.resolve("x".repeat(255)), program),
            used("spaces and other letters", f -> f.resolve("mein Lauf ü 学習"), program),
            used("a link to a folder", FolderGroup::linked, program),
            removed("the folder removed while it runs", "", program),
            removed("steps.csv removed while it runs", "steps.csv", program),
            twice(program));
    return new Group(
        "output folders",
        "refused before training starts, or used; a loss during training is reported",
        2,
        tier == Tier.FULL ? cases : Tier.every(4, 1, cases));
  }

  /** A folder in which even root cannot create one. */
  private static Path readOnly() {
    Path proc = Path.of("/proc/self");
    if (!Files.isDirectory(proc)) {
      throw new NotTriedException("there is no /proc");
    }
    return proc.resolve("onecycle-run");
  }

  private static Path filled(Path folder) throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Files.createFile(out.resolve("diary.txt"));
    return out;
  }

  private static Path linked(Path folder) throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    return Files.createSymbolicLink(folder.resolve("link"), real);
  }

  private static Case refused(String name, int code, Place place, Program program) {
    return new Case(
        name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path out = place.prepare(folder);
          ProcessUnderTest process = runs.trainInto(out, folder.resolve("logs"), List.of());
          long begin = System.nanoTime();
          process.requireExitCode(code);
          Expect.that(
              !process.output().contains("epoch"), () -> "it trained" + process.lastLines());
          Expect.that((System.nanoTime() - begin) / 1e9 < 5, () -> "the refusal took too long");
        });
  }

  private static Case used(String name, Place place, Program program) {
    return new Case(
        name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path out = place.prepare(folder);
          runs.trainHere(out);
          runs.requireSameAsWhole(out);
        });
  }

  private static Case removed(String name, String file, Program program) {
    return new Case(
        name,
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest process = runs.train(run, TinyRuns.fault("train.evaluating", 2, "slow"));
          process.awaitOutput("stays at train.evaluating");
          Directories.remove(run.resolve(file));
          int code = process.exitCode();
          Expect.that(
              code == CANNOT_CREATE || code == CANNOT_WRITE,
              () -> "exit code must be 73 or 74 but was " + code + process.lastLines());
          Expect.that(
              process
                  .output()
                  .lines()
                  .anyMatch(line -> line.matches("onecycle: /.* cannot be (created|written): .+")),
              process::lastLines);
        });
  }

  private static Case twice(Program program) {
    return new Case(
        "two processes in one run",
        folder -> {
          TinyRuns runs = TinyRuns.in(folder, program);
          Path run = folder.resolve("run");
          ProcessUnderTest first = runs.train(run, TinyRuns.fault("train.evaluating", 2, "slow"));
          first.awaitOutput("stays at train.evaluating");
          List<ProcessUnderTest> others = new ArrayList<>(List.of(runs.resume(run, List.of())));
          others.add(runs.train(run, List.of()));
          others.get(0).requireExitCode(CANNOT_CREATE);
          others.get(1).requireExitCode(USAGE);
          first.requireExitCode(0);
          runs.requireSameAsWhole(run);
        });
  }
}
