package dev.onecycle.range;

import dev.onecycle.range.Verdict.Kind;
import dev.onecycle.text.Numbers;

/** The sentence of a verdict: the shape of the curve, its numbers, and what to do. */
record VerdictMessages(double[] rates, StopReason stopped) {

  Verdict clear(LossCurve curve, double edge) {
    return verdict(
        Kind.CLEAR,
        "the loss fell from %s to %s and rose for good at learning rate %s;"
            + " train with a peak of %s, a tenth of that",
        number(curve.start()),
        number(curve.low()),
        number(edge),
        number(edge / RangeResult.MARGIN));
  }

  Verdict noEdge(LossCurve curve) {
    String advice =
        stopped == StopReason.INTERRUPTED
            ? "run the test to its end to find the edge"
            : "a peak as high as that is safe, and only a longer range would show the edge";
    return verdict(
        Kind.NO_EDGE,
        "the loss fell from %s to %s and never rose for good up to learning rate %s; %s",
        number(curve.start()),
        number(curve.low()),
        last(),
        advice);
  }

  Verdict divergedAtOnce(LossCurve curve, double rate) {
    return verdict(
        Kind.DIVERGED_AT_ONCE,
        "the loss started at %s and left for good by learning rate %s before it had clearly fallen;"
            + " start the range lower, and if that does not help, look at data, labels and model",
        number(curve.start()),
        number(rate));
  }

  /** Diverged after fewer points than can be read. */
  Verdict divergedEarly() {
    return verdict(
        Kind.DIVERGED_AT_ONCE,
        "the loss diverged within %s, by learning rate %s;"
            + " start the range lower, and if that does not help, look at data, labels and model",
        steps(),
        last());
  }

  Verdict flat(LossCurve curve) {
    return verdict(
        Kind.FLAT,
        "the loss stayed at %s, within %s, up to learning rate %s;"
            + " raise the end of the range, and if that does not help, look at data, labels and"
            + " model",
        number(curve.start()),
        number(curve.fallSeen()),
        last());
  }

  Verdict noisy(LossCurve curve) {
    return verdict(
        Kind.NOISY,
        "the loss scatters by %s from step to step, around %s, which hides its course;"
            + " use a larger batch or more steps",
        number(curve.noise()),
        number(curve.start()));
  }

  Verdict tooShort() {
    return verdict(
        Kind.TOO_SHORT,
        "the test took %s, and fewer than %s cannot be read; %s",
        steps(),
        Integer.toString(LossCurve.MIN_POINTS),
        stopped == StopReason.INTERRUPTED ? "run it to its end" : "take more steps");
  }

  private Verdict verdict(Kind kind, String format, Object... arguments) {
    String text = Numbers.format(format, arguments);
    if (stopped == StopReason.INTERRUPTED) {
      String where = rates.length == 0 ? "before its first step" : "after learning rate " + last();
      text = "interrupted " + where + ": " + text;
    }
    return new Verdict(kind, Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".");
  }

  private String last() {
    return number(rates[rates.length - 1]);
  }

  private String steps() {
    return rates.length == 1 ? "1 step" : rates.length + " steps";
  }

  /** Three significant digits: a curve does not tell more. */
  static String number(double value) {
    return Numbers.rounded(value, 3);
  }
}
