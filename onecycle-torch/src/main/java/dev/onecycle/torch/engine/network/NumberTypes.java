package dev.onecycle.torch.engine.network;

import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.settings.Precision;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The types of a network's numbers.
 *
 * @param weights and of their gradients, the optimizer's state, scores and losses
 * @param compute of convolutions and matrix products
 */
record NumberTypes(ScalarType weights, ScalarType compute) {
  /**
   * All in float64: tests of the arithmetic, in which float32 would hide an error behind its
   * rounding. Layers that are written for float32 do not work in it.
   */
  static final NumberTypes FLOAT64 = new NumberTypes(ScalarType.Double, ScalarType.Double);

  /** The types of a precision that is chosen; weights are always float32. */
  static NumberTypes of(Precision precision) {
    return new NumberTypes(ScalarType.Float, TensorDevice.type(precision));
  }
}
