package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.nn.Layer.ViewMean.Views;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The mean of a module's results for several views of the same images, in evaluation. */
final class TestTimeAugmentation {
  private static final long[] WIDTH = {3};

  private TestTimeAugmentation() {}

  /**
   * @param isLast whether its result is the network's; otherwise the next layer wants it in the
   *     type of the pass
   */
  static Module of(Views views, Module body, boolean isLast) {
    Module mean = of(views, body);
    return (x, context) -> {
      Tensor result = mean.forward(x, context);
      return isLast || context.training() ? result : result.to(context.compute());
    };
  }

  private static Module of(Views views, Module body) {
    return (x, context) -> {
      if (context.training()) {
        return body.forward(x, context);
      }
      // bfloat16 would round each mean.
      Tensor first = body.forward(x, context).to(ScalarType.Float);
      Tensor sum = first.is_alias_of(x) ? first.clone() : first;
      addFlipped(sum, body, x, 1, context);
      if (views == Views.FLIP) {
        return sum.mul_(new Scalar(1 / 2.0));
      }
      Tensor padded = torch.reflection_pad2d(x, 1, 1, 1, 1);
      for (int corner : new int[] {0, 2}) {
        Tensor window = padded.narrow(2, corner, x.size(2)).narrow(3, corner, x.size(3));
        Tensor shifted = Modules.channelsLast(window);
        add(sum, body, shifted, 0.5, context);
        addFlipped(sum, body, shifted, 0.5, context);
      }
      return sum.mul_(new Scalar(1 / 4.0));
    };
  }

  private static void addFlipped(
      Tensor sum, Module body, Tensor x, double weight, ForwardContext context) {
    add(sum, body, x.flip(WIDTH), weight, context);
  }

  /** Adds the weighted result for a view; frees all memory that this took. */
  private static void add(
      Tensor sum, Module body, Tensor view, double weight, ForwardContext context) {
    try (PointerScope scope = new PointerScope()) {
      sum.add_(body.forward(view, context), new Scalar(weight));
    }
  }
}
