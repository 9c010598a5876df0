package dev.onecycle.torch.tune;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory a process may hold, and how much one holds, as the operating system tells. */
public final class MemoryBudget {
  /** The rest is for needs that a trial cannot foresee: data, the page cache, other programs. */
  private static final double SHARE = 0.8;

  private static final Path OWN_STATUS = Path.of("/proc/self/status");
  private static final Path MACHINE = Path.of("/proc/meminfo");

  private MemoryBudget() {}

  /**
   * Four fifths of what a process that trains instead of this one could hold: what the container's
   * limit or the machine has, but for what other processes have taken.
   */
  public static OptionalLong available() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return OptionalLong.empty();
    }
    long own = field(OWN_STATUS, "RssAnon:").orElse(0);
    long limit = system.getTotalMemorySize(); // the container's, where there is one
    long free = field(MACHINE, "MemAvailable:").orElse(system.getFreeMemorySize()) + own;
    return OptionalLong.of((long) (SHARE * Math.min(limit, free)));
  }

  /** The most memory that this process has held so far; empty where the system does not tell. */
  public static OptionalLong peakOfThisProcess() {
    return field(OWN_STATUS, "VmHWM:");
  }

  /** The memory that this process holds; empty where the system does not tell. */
  public static OptionalLong heldByThisProcess() {
    return field(OWN_STATUS, "VmRSS:");
  }

  /** A number of kibibytes in a file of Linux's proc, as bytes. */
  private static OptionalLong field(Path file, String name) {
    if (!Files.isReadable(file)) {
      return OptionalLong.empty(); // not Linux
    }
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          String[] words = line.substring(name.length()).strip().split("\\s+", -1);
          return OptionalLong.of(Long.parseLong(words[0]) << 10);
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
