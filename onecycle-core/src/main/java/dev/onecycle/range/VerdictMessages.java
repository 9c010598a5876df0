package dev.onecycle.range;

import dev.onecycle.range.Verdict.Kind;
import dev.onecycle.text.Numbers;
import java.util.Arrays;
import java.util.OptionalDouble;

/** The sentence of a verdict: the shape of the curve, its numbers, and what to do. */
record VerdictMessages(double[] rates, StopReason stopped) {
  /** In tests of fewer steps the first of them are a good part of the range. */
  private static final int FEW_STEPS = 4 * LossCurve.MIN_POINTS;

  private static final String START_LOWER =
      "start the range lower, and if that does not help, look at data, labels and model";

  Verdict clear(LossCurve curve, Readings readings) {
    return verdict(Kind.CLEAR, fallAndRise(curve, readings), clear(peak(readings)));
  }

  Verdict uncertain(LossCurve curve, Readings readings, double floor) {
    return verdict(
        Kind.UNCERTAIN,
        fallAndRise(curve, readings)
            + found(", but at the rates before that edge it was at %s again", floor),
        uncertain(peak(readings)));
  }

  /**
   * @param survived the rate up to which the loss was near the loss of knowing nothing again
   */
  Verdict tooFast(LossCurve curve, Readings readings, double survived) {
    return verdict(
        Kind.UNCERTAIN,
        fallAndRise(curve, readings)
            + found(
                ", but up to %2$s it was near %1$s again, the loss of knowing nothing: the network"
                    + " may have met the rates above its edge too soon",
                curve.untrained(), survived),
        uncertain(peak(readings)) + ", or take more steps");
  }

  /** The advice of a clear suggestion. */
  static String clear(SuggestedPeak peak) {
    return "train with " + byLength(peak);
  }

  /** The advice of an uncertain suggestion. */
  static String uncertain(SuggestedPeak peak) {
    return byLength(peak)
        + ", is uncertain: compare short runs at it, at a third and at three times it";
  }

  private static String byLength(SuggestedPeak peak) {
    return Numbers.format(
        "a peak of %s for a cycle of up to %,d steps, and %s for %,d or more",
        number(peak.inShortCycle()),
        SuggestedPeak.SHORT,
        number(peak.inLongCycle()),
        SuggestedPeak.LONG);
  }

  private static SuggestedPeak peak(Readings readings) {
    return new SuggestedPeak(readings.trough().orElseThrow(), readings.edge().orElseThrow());
  }

  private static String fallAndRise(LossCurve curve, Readings readings) {
    return found(
        "the loss fell from %s to %s, stayed low around learning rate %s, and rose for good at %s",
        curve.start(), curve.low(), readings.trough().orElseThrow(), readings.edge().orElseThrow());
  }

  /** The last rate is no edge, but the advice keeps as far below it as below an edge. */
  Verdict noEdge(LossCurve curve) {
    String finding =
        found(
            "the loss fell from %s to %s and never rose for good up to learning rate %s",
            curve.start(), curve.low(), last());
    OptionalDouble risen = curve.risenTo();
    if (risen.isPresent()) {
      finding += found(", but had risen to %s there", risen.getAsDouble());
    }
    return verdict(
        Kind.NO_EDGE,
        finding,
        stopped == StopReason.INTERRUPTED
            ? "run the test to its end to find the edge"
            : found(
                "a short test does not show that a cycle trains at that rate: give a peak of at"
                    + " most a tenth of it, %s, or raise the end of the range to find the edge",
                last() / 10));
  }

  /** One loss alone ended the test: one bad batch looks the same as a rate that is too high. */
  Verdict singleLoss(LossCurve curve) {
    String ended =
        stopped == StopReason.NON_FINITE
            ? "a loss that is no finite number ended the test at learning rate %s"
            : "a single high loss ended the test at learning rate %s";
    return verdict(
        Kind.SINGLE_LOSS,
        found(
            ended + ", before which the loss fell from %s to %s and had not risen",
            last(),
            curve.start(),
            curve.low()),
        "one bad batch looks the same as a rate that is too high, so repeat the test with other"
            + " seeds: where they end at the same rate, it was the rate");
  }

  Verdict divergedAtOnce(LossCurve curve, double rate) {
    return verdict(
        Kind.DIVERGED_AT_ONCE,
        found(
            "the loss started at %s and left for good by learning rate %s, within its first "
                + LossCurve.MIN_POINTS
                + " of "
                + steps(),
            curve.start(),
            rate),
        rates.length < FEW_STEPS ? "take more steps, or " + START_LOWER : START_LOWER);
  }

  /** Diverged after fewer points than can be read. */
  Verdict divergedEarly() {
    return verdict(
        Kind.DIVERGED_AT_ONCE,
        found("the loss diverged within " + steps() + ", by learning rate %s", last()),
        START_LOWER);
  }

  Verdict nothingLearned(LossCurve curve) {
    // Where it is not known, or the start is below it, the start takes its place.
    String below =
        curve.untrained() < curve.start()
            ? found(" below %s, the loss of knowing nothing", curve.untrained())
            : " below that";
    return verdict(
        Kind.NOTHING_LEARNED,
        found(
                "nothing was learned up to learning rate %s: the loss started at %s and never fell"
                    + " clearly",
                last(), curve.start())
            + below
            + found("; noise alone can move it by %s", curve.fallSeen()),
        "look at labels, data and model, and if they are right, use more steps or a larger batch");
  }

  Verdict flat(LossCurve curve) {
    return verdict(
        Kind.FLAT,
        found(
            "the loss stayed within %s of %s up to learning rate %s",
            curve.fallSeen(), curve.start(), last()),
        "raise the end of the range, and if that does not help, look at data, labels and model");
  }

  Verdict noisy(LossCurve curve) {
    return verdict(
        Kind.NOISY,
        found(
            "the loss varies by %s from step to step, around %s, too much to see its trend",
            curve.noise(), curve.untrained()),
        "use a larger batch or more steps");
  }

  Verdict tooShort() {
    return verdict(
        Kind.TOO_SHORT,
        "the test took " + steps() + ", and fewer than " + LossCurve.MIN_POINTS + " cannot be read",
        stopped == StopReason.INTERRUPTED ? "run it to its end" : "take more steps");
  }

  private Verdict verdict(Kind kind, String finding, String advice) {
    String text = finding;
    if (stopped == StopReason.INTERRUPTED) {
      String where =
          rates.length == 0 ? "before its first step" : "after learning rate " + number(last());
      text = "interrupted " + where + ": " + text;
    }
    return new Verdict(kind, Character.toUpperCase(text.charAt(0)) + text.substring(1), advice);
  }

  private static String found(String format, double... numbers) {
    return Numbers.format(
        format, Arrays.stream(numbers).mapToObj(VerdictMessages::number).toArray());
  }

  private double last() {
    return rates[rates.length - 1];
  }

  private String steps() {
    return rates.length == 1 ? "1 step" : rates.length + " steps";
  }

  /** Three significant digits: a curve does not tell more. */
  static String number(double value) {
    return Numbers.rounded(value, 3);
  }
}
