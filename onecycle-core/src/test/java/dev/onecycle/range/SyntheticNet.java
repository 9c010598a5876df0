package dev.onecycle.range;

import dev.onecycle.random.RandomStream;
import java.util.SplittableRandom;

/**
 * A step function whose loss is a known function of the rate, so that the edge is known by
 * construction: a plateau at {@code start}, a sigmoid descent to {@code base} in the logarithm of
 * the rate, for high edges a bump near 0.3 that passes, noise, now and then a spike, and from the
 * edge on a rise that is a power of the rate, a parabola over its logarithm, or a line over it.
 */
final class SyntheticNet implements StepFunction {
  enum Rise {
    POWER,
    PARABOLA,
    LINE
  }

  private final SplittableRandom random;
  private final double start;
  private final double base;
  private final double edge;
  private final double noise;
  private final double spikes;
  private final double middle;
  private final double width;
  private final double bump;
  private final double bumpAt;
  private final Rise rise;
  private final double power;
  private final double steepness;

  private SyntheticNet(
      SplittableRandom random,
      double edge,
      double start,
      double base,
      double noise,
      double spikes) {
    this.random = random;
    this.edge = edge;
    this.start = start;
    this.base = base;
    this.noise = noise;
    this.spikes = spikes;
    middle = Math.log10(edge) - random.nextDouble(1.3, 2.5);
    width = random.nextDouble(0.15, 0.4);
    bump = edge > 1.5 ? random.nextDouble(0.3, 0.9) : 0;
    bumpAt = random.nextDouble(-0.6, -0.3);
    rise = Rise.values()[random.nextInt(3)];
    power = random.nextDouble(2, 5);
    steepness = random.nextDouble(8, 40);
  }

  /** Ten classes, an edge somewhere from 0.03 to 20, a net that learns more or less. */
  static SyntheticNet tenClasses(long seed, double noise, double spikes) {
    SplittableRandom random = RandomStream.of(seed, "synthetic");
    double edge = Math.pow(10, random.nextDouble(-1.5, 1.3));
    double start = Math.log(10);
    double base = start * random.nextDouble(0.35, 0.8);
    return new SyntheticNet(random, edge, start, base, noise, spikes);
  }

  /** With the losses before and after the descent given. */
  static SyntheticNet falling(long seed, double edge, double start, double base, double noise) {
    SplittableRandom random = RandomStream.of(seed, "synthetic");
    return new SyntheticNet(random, edge, start, base, noise, 0);
  }

  double edge() {
    return edge;
  }

  @Override
  public double step(double rate, double momentum) {
    double x = Math.log10(rate);
    double hump = (x - bumpAt) / 0.15;
    double loss =
        start
            - (start - base) / (1 + Math.exp((middle - x) / width))
            + bump * Math.exp(-hump * hump);
    double past = x - Math.log10(edge);
    if (past > 0) {
      loss =
          switch (rise) {
            case POWER -> loss * Math.pow(rate / edge, power);
            case PARABOLA -> loss + steepness * past * past;
            case LINE -> loss + steepness / 8 * (rate / edge - 1);
          };
    }
    loss += noise * random.nextGaussian();
    if (random.nextDouble() < spikes) {
      loss *= random.nextDouble(1.5, 3);
    }
    return Math.max(loss, 1e-3);
  }
}
