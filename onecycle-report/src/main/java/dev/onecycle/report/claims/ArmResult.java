package dev.onecycle.report.claims;

import dev.onecycle.report.compare.MeanAndDeviation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The runs, or range tests, of one arm of an experiment.
 *
 * @param name of the arm
 * @param title for people
 * @param source the values that the source gives, for its own size
 * @param trials by seed, as far as they are done
 * @param planned the number of seeds
 * @param note a sentence about a choice that was made for the arm; may be empty
 */
public record ArmResult(
    String name,
    String title,
    Map<Quantity, Double> source,
    SortedMap<Long, Trial> trials,
    int planned,
    String note) {
  /**
   * One run, or one range test.
   *
   * @param folder of the run, or file of the test, from the campaign's folder
   * @param values its results; none where it failed
   * @param failure why it has no results, such as "diverged"; empty where it has some
   * @param seconds of training
   * @param machine processor and device, for people
   * @param command that repeats it
   */
  public record Trial(
      String folder,
      Map<Quantity, Double> values,
      String failure,
      double seconds,
      String machine,
      List<String> command) {
    public Trial {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
      command = List.copyOf(command);
    }

    /** Whether it ended without a result. */
    public boolean failed() {
      return values.isEmpty();
    }
  }

  public ArmResult {
    source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
    trials = Collections.unmodifiableSortedMap(new TreeMap<>(trials));
  }

  /** The values of a quantity by seed, of trials that have it. */
  public SortedMap<Long, Double> values(Quantity quantity) {
    SortedMap<Long, Double> values = new TreeMap<>();
    trials.forEach(
        (seed, trial) ->
            Optional.ofNullable(trial.values().get(quantity))
                .ifPresent(value -> values.put(seed, value)));
    return values;
  }

  /** Mean and deviation of a quantity over seeds; empty where no trial has it. */
  public Optional<MeanAndDeviation> summary(Quantity quantity) {
    double[] values = values(quantity).values().stream().mapToDouble(v -> v).toArray();
    return values.length == 0 ? Optional.empty() : Optional.of(MeanAndDeviation.of(values));
  }

  /** The number of trials without a result, by the reason. */
  public Map<String, Long> failures() {
    Map<String, Long> failures = new LinkedHashMap<>();
    trials.values().stream()
        .filter(Trial::failed)
        .forEach(trial -> failures.merge(trial.failure(), 1L, Long::sum));
    return failures;
  }
}
