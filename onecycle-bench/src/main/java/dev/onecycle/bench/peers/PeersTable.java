package dev.onecycle.bench.peers;

import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The results as a Markdown table, for the documents and for a terminal. */
final class PeersTable {
  private static final String HEAD =
      "| | how | images/s, median | lowest to highest | onecycle ÷ peer, median of the rounds | lowest to"
          + " highest |";
  private static final String RULE = "|---|---|---|---|---|---|";
  private static final String NONE = "–";

  private PeersTable() {}

  /** The lines of the table and of the notes below it. */
  static List<String> lines(Results results) {
    List<String> lines = new ArrayList<>();
    lines.add(HEAD);
    lines.add(RULE);
    results.peers().forEach(row -> lines.add(line(row)));
    lines.add("");
    lines.add(conditions(results));
    versions(results.peers()).ifPresent(lines::add);
    differentNetworks(results.peers()).ifPresent(lines::add);
    return lines;
  }

  private static String line(Results.Row row) {
    String failure =
        row.failure()
            .map(
                reason ->
                    (row.rate().isPresent() ? "then did not run: " : "does not run: ") + reason)
            .orElse("");
    String how =
        row.setup().isEmpty() || failure.isEmpty()
            ? row.setup() + failure
            : row.setup() + "; " + failure;
    return "| "
        + String.join(
            " | ",
            row.name(),
            how.replace("|", "\\|"),
            row.rate().map(rate -> Numbers.format("%,.0f", rate.median())).orElse(NONE),
            row.rate()
                .map(rate -> Numbers.format("%,.0f to %,.0f", rate.lowest(), rate.highest()))
                .orElse(NONE),
            row.ratio().map(ratio -> ratio(ratio.median())).orElse(NONE),
            row.ratio()
                .map(ratio -> ratio(ratio.lowest()) + " to " + ratio(ratio.highest()))
                .orElse(NONE))
        + " |";
  }

  /** A ratio of noisy rates with about three digits. */
  private static String ratio(double value) {
    String format = value < 2 ? "%.3f" : value < 20 ? "%.2f" : value < 200 ? "%.1f" : "%,.0f";
    return Numbers.format(format, value);
  }

  private static String conditions(Results results) {
    int rounds =
        results.peers().stream().mapToInt(r -> r.samplesPerSecond().size()).max().orElse(0);
    return Numbers.format(
        "%s, %d round%s of %s s each after %s s of warm-up, in turn; %s.",
        results.workload().describe(),
        rounds,
        rounds == 1 ? "" : "s",
        Numbers.brief(results.seconds()),
        Numbers.brief(results.warmUp()),
        String.join(", ", results.machine().values()));
  }

  private static Optional<String> versions(List<Results.Row> rows) {
    Set<String> versions = new LinkedHashSet<>();
    for (Results.Row row : rows) {
      if (!row.versions().isEmpty()) {
        String name = row.name().replaceFirst("-.*", "");
        versions.add(
            row.versions().entrySet().stream()
                .map(version -> version.getKey() + " " + version.getValue())
                .collect(Collectors.joining(", ", name + ": ", "")));
      }
    }
    return versions.isEmpty()
        ? Optional.empty()
        : Optional.of("Versions: " + String.join("; ", versions) + ".");
  }

  /** A note if the networks differ in the number of parameters. */
  private static Optional<String> differentNetworks(List<Results.Row> rows) {
    List<Results.Row> run = rows.stream().filter(row -> row.parameters() > 0).toList();
    if (run.stream().mapToLong(Results.Row::parameters).distinct().count() <= 1) {
      return Optional.empty();
    }
    return Optional.of(
        "Parameters differ: "
            + String.join(
                ", ",
                run.stream()
                    .map(row -> Numbers.format("%s %,d", row.name(), row.parameters()))
                    .toList())
            + ".");
  }
}
