package dev.onecycle.bench.peers;

import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Facts about this machine and its load, read without an engine. */
final class Machine {
  /** Features of a processor that decide how fast it multiplies matrices. */
  private static final Set<String> FEATURES =
      Set.of("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "i8mm", "sve");

  private Machine() {}

  /** Facts by name, in the order of the report. */
  static Map<String, String> facts() {
    List<String> processor = lines(Path.of("/proc/cpuinfo"));
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "processor",
        value(processor, "model name").orElse("unknown processor")
            + value(processor, "flags")
                .or(() -> value(processor, "Features"))
                .map(Machine::features)
                .orElse(""));
    facts.put("cores", Runtime.getRuntime().availableProcessors() + " cores");
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("java", "JDK " + System.getProperty("java.version"));
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    facts.put("load", load < 0 ? "load unknown" : Numbers.format("load %.1f before", load));
    return facts;
  }

  private static String features(String flags) {
    return Stream.of(flags.split(" "))
        .filter(FEATURES::contains)
        .collect(Collectors.joining(" ", " (", ")"));
  }

  private static Optional<String> value(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
