package dev.onecycle.record;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;

/**
 * The meaning of a number by which evaluations are compared.
 *
 * @param name in files: lower-case letters, digits and underscores
 * @param title for people
 * @param better the direction in which it improves
 * @param share whether it is a share in [0, 1], shown in percent
 */
public record Measure(String name, String title, Better better, boolean share) {
  /** The direction in which a number improves. */
  public enum Better {
    HIGHER,
    LOWER
  }

  /** The share of samples whose highest score is their class. */
  public static final Measure ACCURACY = new Measure("accuracy", "accuracy", Better.HIGHER, true);

  /** The loss of the evaluation itself. */
  public static final Measure LOSS = new Measure("loss", "loss", Better.LOWER, false);

  public Measure {
    Require.that(
        name.matches("[a-z][a-z0-9_]*"),
        "name of a metric",
        "lower-case letters, digits and underscores",
        name,
        name);
  }

  /** The value for people, with its unit: {@code 93.10 %} or {@code 0.0231}. */
  public String text(double value) {
    return share ? Numbers.format("%.2f %%", 100 * value) : Numbers.rounded(value, 4);
  }

  /** The value in the unit in which it is drawn: percent for a share. */
  public double shown(double value) {
    return share ? 100 * value : value;
  }

  /** The title with the unit, for an axis or a column: {@code accuracy, %}. */
  public String axis() {
    return share ? title + ", %" : title;
  }

  /** A number that is lower for a better value. */
  public double rank(double value) {
    return better == Better.HIGHER ? -value : value;
  }
}
