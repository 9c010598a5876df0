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

  static Module of(Views views, Module body) {
    return (x, pass) -> {
      if (pass.training()) {
        return body.forward(x, pass);
      }
      Tensor sum = body.forward(x, pass).to(ScalarType.Float); // bfloat16 would round each mean
      addMirrored(sum, body, x, 1, pass);
      if (views == Views.MIRRORED) {
        return sum.mul_(new Scalar(1 / 2.0));
      }
      Tensor padded = torch.reflection_pad2d(x, 1, 1, 1, 1);
      for (int corner : new int[] {0, 2}) {
        Tensor window = padded.narrow(2, corner, x.size(2)).narrow(3, corner, x.size(3));
        Tensor moved = Modules.channelsLast(window);
        add(sum, body, moved, 0.5, pass);
        addMirrored(sum, body, moved, 0.5, pass);
      }
      return sum.mul_(new Scalar(1 / 4.0));
    };
  }

  private static void addMirrored(
      Tensor sum, Module body, Tensor x, double weight, ForwardContext pass) {
    add(sum, body, x.flip(WIDTH), weight, pass);
  }

  /** Adds the weighted result for a view; what computing it took is free again afterwards. */
  private static void add(
      Tensor sum, Module body, Tensor view, double weight, ForwardContext pass) {
    try (PointerScope scope = new PointerScope()) {
      sum.add_(body.forward(view, pass), new Scalar(weight));
    }
  }
}
