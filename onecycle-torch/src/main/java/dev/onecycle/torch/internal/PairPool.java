package dev.onecycle.torch.internal;

import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The larger of two neighbours along one dimension; an odd last value is left out.
 *
 * <p>Two of them are the largest of each 2×2 window. The engine's own pooling keeps an 8-byte index
 * for every window and takes about twice as long (docs/performance.md). Of equal values the second
 * gets the gradient.
 */
final class PairPool implements Module {
  private final int dimension;

  private PairPool(int dimension) {
    this.dimension = dimension;
  }

  /** The largest of each 2×2 window of [N, C, H, W], windows side by side. */
  static Module ofWindows() {
    return Modules.sequence(List.of(new PairPool(2), new PairPool(3)));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor first = everySecond(x, 0);
    Tensor second = everySecond(x, 1);
    boolean bits = pass.compute() == ScalarType.BFloat16;
    return pass.keep(
        torch.maximum(first, second), gradient -> back(gradient, x, first.sub(second), bits));
  }

  private Tensor back(Tensor gradient, Tensor x, Tensor lead, boolean bits) {
    Tensor whole = x.size(dimension) % 2 == 0 ? torch.empty_like(x) : torch.zeros_like(x);
    Tensor toFirst = everySecond(asBits(whole, bits), 0);
    Tensor all = asBits(gradient, bits);
    toFirst.copy_(torch.threshold_backward(all, asBits(lead, bits), new Scalar(0)));
    torch.sub_out(everySecond(asBits(whole, bits), 1), all, toFirst);
    return whole;
  }

  /**
   * Bits of bfloat16 as 16-bit integers: positive ones are those of positive values, and of two
   * that are equal or of which one is 0 the difference is exact.
   */
  private static Tensor asBits(Tensor values, boolean bits) {
    return bits ? values.view(ScalarType.Short) : values;
  }

  private Tensor everySecond(Tensor x, long from) {
    long end = x.size(dimension) / 2 * 2;
    return x.slice(dimension, new LongOptional(from), new LongOptional(end), 2);
  }
}
