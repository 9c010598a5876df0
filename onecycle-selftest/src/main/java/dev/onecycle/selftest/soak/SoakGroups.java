package dev.onecycle.selftest.soak;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.Measurements;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.text.Numbers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The group that requires constant memory, files and threads in a long training. */
public final class SoakGroups {
  private static final double MAX_MEGABYTES = 1;
  private static final long MAX_HANDLES = 2;

  /** The settings of glibc's allocator in the launcher. */
  private static final Map<String, String> ALLOCATOR =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_THRESHOLD_", "4294967296",
          "MALLOC_TRIM_THRESHOLD_", "8589934592",
          "MALLOC_TOP_PAD_", "268435456");

  private SoakGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier, Program program) {
    return tier == Tier.FULL ? List.of(soak(program)) : List.of();
  }

  private static Group soak(Program program) {
    Measurements measurements = new Measurements();
    return new Group(
        "soak",
        "5,000 steps with evaluations in a heap of 256 MB: memory grows by at most 1 MB in 1,000"
            + " steps, open files by 2, threads not at all",
        1,
        List.of(new Case("5000 steps", folder -> soak(folder, program, measurements))),
        measurements);
  }

  private static void soak(Path folder, Program program, Measurements measurements)
      throws Exception {
    Sample.requireAvailable();
    Program training = new Program(SoakProcess.class.getName(), program.inProcess());
    ProcessUnderTest process =
        training.start(
            List.of(), folder, List.of("-Xmx256m", "-Xmn16m", "-XX:CICompilerCount=1"), ALLOCATOR);
    process.requireExitCode(0);
    List<Sample> samples = Sample.read(process.output());
    Expect.equal(SoakProcess.MEASURED_STEPS / SoakProcess.INTERVAL, samples.size(), "samples");
    double slope = Sample.slope(samples) * 1000 / (1 << 20);
    Sample first = samples.get(0);
    Sample last = samples.get(samples.size() - 1);
    String measured =
        Numbers.format(
            "resident memory %+.2f MB in 1,000 steps (%.0f MB at step %d, %.0f MB at step %d),"
                + " open files %d to %d, threads %d to %d",
            slope,
            first.residentBytes() / 1048576.0,
            first.step(),
            last.residentBytes() / 1048576.0,
            last.step(),
            first.handles(),
            last.handles(),
            first.threads(),
            last.threads());
    measurements.add(measured);
    Expect.that(
        slope <= MAX_MEGABYTES
            && Math.abs(last.handles() - first.handles()) <= MAX_HANDLES
            && last.threads() == first.threads(),
        () -> measured + process.output());
  }
}
