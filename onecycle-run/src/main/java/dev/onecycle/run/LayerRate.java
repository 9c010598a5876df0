package dev.onecycle.run;

import dev.onecycle.error.Require;

/**
 * Layers whose learning rate is the policy's times a factor.
 *
 * @param layers their names, with spaces between them
 * @param factor positive
 */
public record LayerRate(String layers, double factor) {
  public LayerRate {
    Require.positive("factor", factor);
  }

  /** The name of a column of their rate. */
  public String column() {
    return "learning_rate_" + layers.replace(' ', '_').replace(',', '_');
  }
}
