package dev.onecycle.selftest.soak;

import dev.onecycle.selftest.harness.NotTriedException;
import dev.onecycle.torch.tune.MemoryBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Resources of a process at a step of training.
 *
 * @param step of training
 * @param residentBytes resident memory
 * @param handles number of open files and sockets
 * @param threads of the whole process, with those of the virtual machine and the engine
 */
record Sample(long step, long residentBytes, long handles, long threads) {
  private static final Path SELF = Path.of("/proc/self");
  private static final String PREFIX = "sample ";

  /** Throws if the system has no {@code /proc}. */
  static void requireAvailable() {
    if (!Files.isDirectory(SELF.resolve("fd")) || MemoryBudget.heldByThisProcess().isEmpty()) {
      throw new NotTriedException("the system has no /proc with the memory and files of a process");
    }
  }

  static Sample ofThisProcess(long step) {
    return new Sample(
        step,
        MemoryBudget.heldByThisProcess().orElseThrow(),
        count(SELF.resolve("fd")),
        count(SELF.resolve("task")));
  }

  private static long count(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sample as a line for {@link #read}. */
  String line() {
    return PREFIX + step + " " + residentBytes + " " + handles + " " + threads;
  }

  /** The samples among the lines of an output. */
  static List<Sample> read(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(PREFIX))
        .map(line -> line.substring(PREFIX.length()).split(" ", -1))
        .map(
            words ->
                new Sample(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3])))
        .toList();
  }

  /** Growth of resident memory in bytes a step, by least squares. */
  static double slope(List<Sample> samples) {
    double meanStep = samples.stream().mapToLong(Sample::step).average().orElseThrow();
    double meanBytes = samples.stream().mapToLong(Sample::residentBytes).average().orElseThrow();
    double products = 0;
    double squares = 0;
    for (Sample sample : samples) {
      products += (sample.step - meanStep) * (sample.residentBytes - meanBytes);
      squares += (sample.step - meanStep) * (sample.step - meanStep);
    }
    return products / squares;
  }
}
