package dev.onecycle.torch.engine.module;

/** Adds up numbers over the parts of a batch that are computed at the same time. */
@FunctionalInterface
public interface PartSums {
  /**
   * The sums over all parts, number by number; waits for the other parts. All parts get the same
   * array, which none must change.
   *
   * @param own numbers of this part; as many in every part
   */
  double[] of(double[] own);
}
