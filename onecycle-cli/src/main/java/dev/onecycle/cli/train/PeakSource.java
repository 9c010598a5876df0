package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.options.RangeOptions;
import dev.onecycle.cli.tune.RangeRun;
import dev.onecycle.data.DataSplits;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import java.util.List;
import java.util.stream.Collectors;

/** Where the peak rate of a run comes from. */
sealed interface PeakSource {
  /** Throws where its own settings are out of range. */
  default void validate(PolicyChoice choice) {}

  /** Throws where the rate was found under other conditions than these, unless that is accepted. */
  default void requireFresh(Conditions now) {}

  /** The rate. */
  Peak peak(Console console, Learner learner, DataSplits data, Setup setup);

  /** A difference in one clause. */
  static String text(Difference difference) {
    return difference.name()
        + " was "
        + difference.found()
        + " when the rate was found and is "
        + difference.now();
  }

  /** On the command line. */
  record Given(double rate) implements PeakSource {
    @Override
    public Peak peak(Console console, Learner learner, DataSplits data, Setup setup) {
      return Peak.of(rate, "as given");
    }
  }

  /** A range test under the conditions of the run. */
  record Test(RangeOptions options) implements PeakSource {
    @Override
    public void validate(PolicyChoice choice) {
      options.test(choice.momentumAtPeak());
    }

    @Override
    public Peak peak(Console console, Learner learner, DataSplits data, Setup setup) {
      RangeSummary summary =
          RangeRun.run(
              console,
              learner,
              data.train(),
              setup,
              options.test(setup.momentum()),
              options.repeats);
      RangeRun.show(console, summary);
      if (summary.suggestion().isEmpty()) {
        throw new BadDataException(
            "the range test gives no learning rate: "
                + summary.verdict().explanation()
                + " Give one with --max-lr, or test again with --repeats 3.");
      }
      double edge = summary.edge().orElseThrow().median();
      return new Peak(
          summary.suggestion().getAsDouble(),
          Numbers.format(
              "a tenth of %s, where the loss starts to rise for good", Numbers.brief(edge)),
          Evidence.of(summary),
          List.of());
    }
  }

  /**
   * A result found before.
   *
   * @param rate the rate
   * @param file that it stands in
   * @param conditions under which it was found
   * @param evidence by which it was found
   * @param refresh the command that finds it anew under the conditions of this run
   * @param acceptStale whether it may be used under other conditions
   */
  record Found(
      double rate,
      String file,
      Conditions conditions,
      Evidence evidence,
      List<String> refresh,
      boolean acceptStale)
      implements PeakSource {
    @Override
    public void requireFresh(Conditions now) {
      List<Difference> differences = conditions.differencesTo(now);
      if (differences.isEmpty() || acceptStale) {
        return;
      }
      String which =
          differences.stream()
              .map(d -> d.name() + " must be " + d.found() + " but was " + d.now())
              .collect(Collectors.joining(", and "));
      throw InvalidValueException.ofSeveral(
          which
              + ", for the learning rate of "
              + file
              + " was found so; set it so, or find the rate again with '"
              + Shell.line(refresh)
              + "', or use it all the same with --accept-stale");
    }

    @Override
    public Peak peak(Console console, Learner learner, DataSplits data, Setup setup) {
      List<Difference> differences =
          conditions.differencesTo(setup.conditions(data.trainingFingerprint()));
      return new Peak(rate, "found before, in " + file, evidence, differences);
    }
  }
}
