package dev.onecycle.cli.tune;

import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StopReason;
import dev.onecycle.report.csv.RangeCsv;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Range tests that were recorded before, here or by another program, as files. */
final class RecordedCurves {
  private static final int MIN_STEPS = 10; // fewer are read by no test

  @Option(
      names = "--read",
      paramLabel = "FILE",
      description =
          "Read a curve that was recorded before instead of running a test: a CSV file of --csv, or"
              + " one with the columns learning_rate (lr) and loss, or two columns without a header."
              + " Given several times, the files are repeats of one test.")
  List<Path> read = new ArrayList<>();

  @Option(
      names = "--chance-loss",
      paramLabel = "LOSS",
      description =
          "With --read: the loss of a network that knows nothing, the entropy of the classes'"
              + " shares. A curve that never falls clearly below it gets no suggestion. Default: as"
              + " in the file.")
  @Nullable Double chanceLoss;

  @Option(
      names = "--lowest-loss",
      paramLabel = "LOSS",
      description =
          "With --chance-loss: the lowest loss there is, which a log-likelihood has below 0."
              + " Default: 0.")
  @Nullable Double lowestLoss;

  @Option(
      names = "--classes",
      paramLabel = "K",
      description = "With --read: instead of --chance-loss, K equally common classes, ln K.")
  @Nullable Integer classes;

  @Option(
      names = "--stopped",
      paramLabel = "REASON",
      description =
          "With --read: why the curve ends, diverged, non_finite, reached_end or interrupted."
              + " Default: as in the file, or else by the stop rule of a range test.")
  @Nullable String stopped;

  @Option(
      names = "--cycle-steps",
      paramLabel = "N",
      description =
          "With --read: the optimizer steps of the training that the peak is for. Default: a peak for"
              + " short cycles and one for long.")
  @Nullable Long cycleSteps;

  /** The steps of the training that the peak is for, if they are given. */
  OptionalLong cycleSteps() {
    return cycleSteps == null
        ? OptionalLong.empty()
        : OptionalLong.of(Require.atLeast("--cycle-steps", cycleSteps, 1));
  }

  /** Whether curves are to be read. */
  boolean given() {
    return !read.isEmpty();
  }

  /**
   * Refuses options that have no meaning together.
   *
   * @param allowed names without dashes that go with recorded curves
   * @throws InvalidValueException where a setting of a test is given for a recorded curve, or the
   *     reverse
   */
  void requireConsistent(CommandSpec spec, Set<String> allowed) {
    Map<String, String> options = CommandLineArgs.given(spec);
    Set<String> own = CommandLineArgs.names(this);
    if (!given()) {
      own.retainAll(options.keySet());
      for (String name : own) {
        throw Require.invalid(
            "--" + name, "left out where no --read is given,", options.get(name) + "");
      }
      return;
    }
    Set<String> more = new HashSet<>(options.keySet());
    more.removeAll(own);
    more.removeAll(allowed);
    for (String name : more) {
      throw Require.invalid(
          "--" + name,
          "left out where --read is given,",
          options.get(name) + "",
          "a recorded curve has the settings that it was recorded with");
    }
    spec.commandLine().getParseResult().matchedPositionals().stream()
        .filter(positional -> positional.getValue() != null)
        .forEach(
            positional -> {
              throw Require.invalid(
                  "DATA", "left out where --read is given,", positional.getValue().toString());
            });
    boolean both = chanceLoss != null && classes != null;
    boolean alone = lowestLoss != null && chanceLoss == null;
    Require.that(!alone, "--lowest-loss", "given with --chance-loss", lowestLoss + "", alone);
    Require.that(!both, "--classes", "left out where --chance-loss is given,", classes + "", both);
  }

  /** The curves, read as a live test reads its own. */
  RangeSummary summary() {
    return RangeSummary.of(read.stream().map(this::result).toList());
  }

  private RangeResult result(Path file) {
    RangeCsv.Recorded curve = RangeCsv.read(file);
    RangeStop stop =
        stopped == null
            ? curve.stop().orElseGet(() -> byStopRule(curve.points()))
            : RangeStop.of(reason(stopped));
    return RangeResult.of(
        curve.points(), stop, curve.momentum().orElse(Double.NaN), scale().or(curve::scale));
  }

  private Optional<LossScale> scale() {
    if (classes != null) {
      return Optional.of(LossScale.of(Math.log(Require.atLeast("--classes", classes, 2)), 0));
    }
    try {
      return Optional.ofNullable(chanceLoss)
          .map(chance -> LossScale.of(chance, lowestLoss == null ? 0 : lowestLoss));
    } catch (InvalidValueException e) {
      throw e.named("--" + e.name().replace(' ', '-')); // as the options are called
    }
  }

  private static StopReason reason(String text) {
    return Arrays.stream(StopReason.values())
        .filter(reason -> name(reason).equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                Require.invalid(
                    "--stopped",
                    "one of "
                        + Arrays.stream(StopReason.values())
                            .map(RecordedCurves::name)
                            .collect(Collectors.joining(", ")),
                    text));
  }

  private static String name(StopReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /** Replays the losses to a range test: whether it would have stopped by the last one. */
  private static RangeStop byStopRule(List<RangePoint> points) {
    int n = points.size();
    if (n < MIN_STEPS) {
      boolean finite = Double.isFinite(points.get(n - 1).loss());
      return RangeStop.of(finite ? StopReason.REACHED_END : StopReason.NON_FINITE);
    }
    double last = points.get(n - 1).learningRate();
    int[] next = {0};
    RangeResult replayed =
        RangeTest.atMomentum(0)
            .withStart(points.get(0).learningRate())
            .withEnd(last)
            .withLimit(last)
            .withSteps(n)
            .run((rate, momentum) -> points.get(next[0]++).loss());
    return RangeStop.of(replayed.stop().reason());
  }
}
