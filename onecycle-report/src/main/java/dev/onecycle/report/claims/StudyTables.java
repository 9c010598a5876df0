package dev.onecycle.report.claims;

import dev.onecycle.report.claims.Verdict.Test;
import dev.onecycle.report.compare.MeanAndDeviation;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.text.Texts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tables and sentences of an experiment, the same on every kind of page. */
public final class StudyTables {
  /** The caption of {@link #grids}. */
  public static final String GRIDS =
      "Held-out accuracy in percent at each peak, with the first seed";

  private final StudyResult result;

  public StudyTables(StudyResult result) {
    this.result = result;
  }

  /**
   * A table of texts.
   *
   * @param rows with as many cells as there are headings
   */
  public record Grid(List<String> headings, List<List<String>> rows) {
    public Grid {
      headings = List.copyOf(headings);
      rows = List.copyOf(rows);
    }

    /** The table without some of its columns. */
    public Grid without(String... columns) {
      List<String> less = List.of(columns);
      List<Integer> kept =
          IntStream.range(0, headings.size())
              .filter(column -> !less.contains(headings.get(column)))
              .boxed()
              .toList();
      return new Grid(
          kept.stream().map(headings::get).toList(),
          rows.stream().map(row -> kept.stream().map(row::get).toList()).toList());
    }
  }

  /** How many claims hold, and how many runs are done, in sentences. */
  public String outcome() {
    String verdicts =
        Arrays.stream(Verdict.Kind.values())
            .filter(kind -> result.count(kind) > 0)
            .map(kind -> Numbers.format("%d %s", result.count(kind), kind))
            .collect(Collectors.joining(", "));
    ManyClaims claims = new ManyClaims(List.of(result));
    return Numbers.format(
        "Of %s: %s.%s %d of %d runs are done.",
        Counts.of(result.claims().size(), "claim", "claims"),
        verdicts,
        claims.tested() < 2 || claims.decided() == 0 ? "" : " " + claims.sentence(),
        result.done(),
        result.planned());
  }

  private static String sum(Claim claim, Test test) {
    MeanAndDeviation sum = test.sum();
    Quantity quantity = claim.quantity();
    String unit = claim.compares() && !quantity.unit().isEmpty() ? " " + quantity.unit() : "";
    String deviation = quantity.difference(sum.deviation()).substring(1);
    return number(quantity, claim.compares(), sum.mean()) + " ± " + deviation + unit;
  }

  private static String number(Quantity quantity, boolean signed, double value) {
    String text = quantity.difference(value);
    return signed || !text.startsWith("+") ? text : text.substring(1);
  }

  private static String bound(Claim claim) {
    return claim.bound() == 0 ? "0" : number(claim.quantity(), claim.compares(), claim.bound());
  }

  private static String rule(Claim claim) {
    String margin = number(claim.quantity(), false, claim.margin());
    return "; "
        + claim.quantity().title()
        + ": "
        + weights(claim)
        + " "
        + claim.relation()
        + (claim.relation() == Claim.Relation.DIFFERENT ? " from " : " ")
        + bound(claim)
        + (claim.margin() > 0
            ? "; a margin of " + margin + " decides between does not hold and not decidable"
            : "");
  }

  /** The machines, where runs that a claim compares are of several: they may be the difference. */
  private String unlike(Claim claim) {
    TreeSet<String> machines = new TreeSet<>();
    result.arms().stream()
        .filter(arm -> claim.weights().containsKey(arm.name()))
        .forEach(arm -> arm.trials().values().forEach(trial -> machines.add(trial.machine())));
    return claim.weights().size() < 2 || machines.size() < 2
        ? ""
        : "; its runs are of several machines: " + String.join(" | ", machines);
  }

  private static String weights(Claim claim) {
    StringBuilder text = new StringBuilder();
    claim
        .weights()
        .forEach(
            (arm, weight) -> {
              String sign = weight < 0 ? "− " : text.isEmpty() ? "" : "+ ";
              String factor = Math.abs(weight) == 1 ? "" : Numbers.brief(Math.abs(weight)) + " × ";
              text.append(text.isEmpty() ? "" : " ").append(sign).append(factor).append(arm);
            });
    return text.toString();
  }

  private static String p(double p) {
    return p < 0.001 ? "< 0.001" : Numbers.format("%.3f", p);
  }

  /** Our figures of each arm with the figures of the source beside them. */
  public Grid results() {
    List<Quantity> quantities = result.quantities();
    List<String> headings = new ArrayList<>(List.of("arm"));
    for (Quantity quantity : quantities) {
      headings.add(quantity.title());
      if (result.arms().stream().anyMatch(arm -> arm.source().containsKey(quantity))) {
        headings.add("source");
      }
    }
    headings.addAll(List.of("seeds", "minutes a run"));
    List<List<String>> rows = new ArrayList<>();
    for (ArmResult arm : result.arms()) {
      List<String> row = new ArrayList<>(List.of(arm.title()));
      for (Quantity quantity : quantities) {
        row.add(ours(arm, quantity));
        if (headings.get(row.size()).equals("source")) {
          Double source = arm.source().get(quantity);
          row.add(source == null ? "" : quantity.text(source));
        }
      }
      row.addAll(List.of(seeds(arm), minutes(arm)));
      rows.add(row);
    }
    return new Grid(headings, rows);
  }

  private static String seeds(ArmResult arm) {
    int done = arm.trials().size();
    return done == arm.planned()
        ? Integer.toString(done)
        : Numbers.format("%d of %d", done, arm.planned());
  }

  private static String minutes(ArmResult arm) {
    DoubleSummaryStatistics minutes =
        arm.trials().values().stream()
            .mapToDouble(trial -> trial.seconds() / 60)
            .summaryStatistics();
    if (minutes.getCount() == 0) {
      return "";
    }
    String least = Numbers.format(minutes.getMax() < 1 ? "%.1f" : "%.0f", minutes.getMin());
    String most = Numbers.format(minutes.getMax() < 1 ? "%.1f" : "%.0f", minutes.getMax());
    return least.equals(most) ? least : least + " to " + most;
  }

  /** The accuracy at each peak of the grids that arms take their best peak of. */
  public Grid grids() {
    TreeSet<Double> peaks = new TreeSet<>();
    result.grids().values().forEach(byPeak -> peaks.addAll(byPeak.keySet()));
    List<String> headings = new ArrayList<>(List.of("arm"));
    peaks.forEach(peak -> headings.add("peak " + Numbers.brief(peak)));
    List<List<String>> rows = new ArrayList<>();
    result
        .grids()
        .forEach(
            (arm, byPeak) -> {
              List<String> row = new ArrayList<>(List.of(arm));
              for (double peak : peaks) {
                Double accuracy = byPeak.get(peak);
                row.add(accuracy == null ? "" : Quantity.VALIDATION_ACCURACY.text(accuracy));
              }
              rows.add(row);
            });
    return new Grid(headings, rows);
  }

  /** The size of each arm at this scale, and the choices that were made for it, in sentences. */
  public List<String> notes() {
    List<String> distinct = result.arms().stream().map(StudyTables::note).distinct().toList();
    if (distinct.size() == 1 && result.arms().size() > 1 && !distinct.get(0).isEmpty()) {
      return List.of("Each arm: " + distinct.get(0));
    }
    return result.arms().stream()
        .filter(arm -> !note(arm).isEmpty())
        .map(arm -> Texts.capitalized(arm.title()) + ": " + note(arm))
        .toList();
  }

  private static String note(ArmResult arm) {
    List<String> parts = new ArrayList<>();
    arm.failures()
        .forEach(
            (failure, count) ->
                parts.add(
                    Numbers.format(
                        "%d of %d without a result: %s", count, arm.trials().size(), failure)));
    if (!arm.note().isEmpty()) {
      parts.add(arm.note());
    }
    return String.join("; ", parts);
  }

  private static String ours(ArmResult arm, Quantity quantity) {
    Optional<MeanAndDeviation> summary = arm.summary(quantity);
    if (summary.isEmpty()) {
      return "";
    }
    if (quantity.rate()) {
      // A mean hides that one seed of a few has an edge elsewhere.
      return arm.values(quantity).values().stream()
          .sorted()
          .map(quantity::text)
          .collect(Collectors.joining(", "));
    }
    MeanAndDeviation of = summary.get();
    String mean = quantity.text(of.mean());
    return of.n() == 1 ? mean : mean + " ± " + quantity.text(of.deviation());
  }

  /** The machines with the number of runs that each has made, in sentences. */
  public List<String> machines() {
    Map<String, Long> machines = new LinkedHashMap<>();
    for (ArmResult arm : result.arms()) {
      arm.trials().values().forEach(trial -> machines.merge(trial.machine(), 1L, Long::sum));
    }
    List<String> sentences = new ArrayList<>();
    machines.forEach(
        (machine, count) ->
            sentences.add("Machine: " + machine + ", " + Counts.of(count, "run", "runs")));
    return sentences;
  }

  /**
   * A verdict in words.
   *
   * @param text the claim and the numbers of its test, in sentences
   * @param rule the test, the arms and the bound
   */
  public record Conclusion(Verdict.Kind kind, String text, String rule) {}

  /** The verdict on each claim, in order. */
  public List<Conclusion> conclusions() {
    List<Conclusion> conclusions = new ArrayList<>();
    result
        .verdicts()
        .forEach(
            (claim, verdict) ->
                conclusions.add(
                    new Conclusion(
                        verdict.kind(),
                        claim.text()
                            + " "
                            + verdict
                                .test()
                                .map(test -> numbers(claim, test))
                                .orElse(Texts.capitalized(verdict.reason()) + "."),
                        claim.text()
                            + " "
                            + Texts.capitalized(verdict.reason())
                            + rule(claim)
                            + unlike(claim)
                            + ".")));
    return conclusions;
  }

  private static String numbers(Claim claim, Test test) {
    Quantity quantity = claim.quantity();
    return Numbers.format(
        "%s %s, 95 %% interval %s to %s, n %d, p %s against %s.",
        claim.compares() ? "Difference" : "Mean",
        sum(claim, test),
        number(quantity, claim.compares(), test.low()),
        number(quantity, claim.compares(), test.high()),
        test.sum().n(),
        p(test.p()),
        bound(claim));
  }

  /** Every run with its values, its time and its machine. */
  public Grid runs() {
    List<Quantity> quantities =
        result.quantities().stream()
            .filter(q -> result.arms().stream().anyMatch(arm -> !arm.values(q).isEmpty()))
            .toList();
    List<String> headings = new ArrayList<>(List.of("run", "seed"));
    quantities.forEach(quantity -> headings.add(quantity.title()));
    headings.addAll(List.of("seconds", "machine"));
    List<List<String>> rows = new ArrayList<>();
    for (ArmResult arm : result.arms()) {
      arm.trials()
          .forEach(
              (seed, trial) -> {
                List<String> row = new ArrayList<>(List.of(trial.folder(), Long.toString(seed)));
                for (Quantity quantity : quantities) {
                  Double value = trial.values().get(quantity);
                  row.add(trial.failed() ? "none" : value == null ? "" : quantity.text(value));
                }
                row.add(Numbers.format("%.0f", trial.seconds()));
                row.add(trial.machine());
                rows.add(row);
              });
    }
    return new Grid(headings, rows);
  }

  /** The command that repeats the first run of each arm, by the arm's title. */
  public Map<String, String> commands() {
    Map<String, String> commands = new LinkedHashMap<>();
    for (ArmResult arm : result.arms()) {
      arm.trials().values().stream()
          .filter(trial -> !trial.command().isEmpty())
          .findFirst()
          .ifPresent(trial -> commands.put(arm.title(), Shell.line(trial.command())));
    }
    return commands;
  }

  /** The source of the figures and claims, in a sentence. */
  public String source() {
    return "Source: " + result.about().source();
  }

  /** How the figures of all experiments of a campaign came about, in sentences. */
  public List<String> method() {
    return List.of(
        result.about().scale(),
        "Data: "
            + result.about().data()
            + ". A part of the training images is held out, and every choice is made on it. The"
            + " test images are read once a run, after its last epoch. The source chose its"
            + " settings by results on the test images, and its figures are of one run each.",
        "A claim is decided by a two-sided t test over seeds at the 5 % level. So of claims about"
            + " equal arms, one of forty that say above or below holds by chance, and one of twenty"
            + " that say different. Holm's correction says which verdicts stay if all of them are"
            + " to be right at once. Runs of a seed share first weights, order and held-out part.");
  }
}
