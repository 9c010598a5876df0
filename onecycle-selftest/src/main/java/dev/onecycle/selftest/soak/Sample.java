package dev.onecycle.selftest.soak;

import dev.onecycle.selftest.Unreached;
import dev.onecycle.torch.tune.MemoryBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process holds at a step.
 *
 * @param step of training
 * @param residentBytes memory that is resident
 * @param handles files and sockets that are open
 * @param threads of the whole process, the machine's and the engine's too
 */
record Sample(long step, long residentBytes, long handles, long threads) {
  private static final Path SELF = Path.of("/proc/self");
  private static final String MARK = "sample ";

  /** Throws where the system does not tell. */
  static void requireTold() {
    if (!Files.isDirectory(SELF.resolve("fd")) || MemoryBudget.heldByThisProcess().isEmpty()) {
      throw new Unreached("the system does not tell by /proc what a process holds");
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

  /** As a line that {@link #read} understands. */
  String line() {
    return MARK + step + " " + residentBytes + " " + handles + " " + threads;
  }

  /** The samples among the lines of an output. */
  static List<Sample> read(String output) {
    return output
        .lines()
        .filter(line -> line.startsWith(MARK))
        .map(line -> line.substring(MARK.length()).split(" ", -1))
        .map(
            words ->
                new Sample(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3])))
        .toList();
  }

  /** Resident bytes a step more, by least squares. */
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
