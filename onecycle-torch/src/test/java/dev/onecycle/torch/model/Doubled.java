package dev.onecycle.torch.model;

import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.custom.TensorLayer;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.LayerProvider;
import dev.onecycle.torch.nn.Trace;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A layer as users write them: every value times a factor.
 *
 * @param factor less than 100
 * @param twice whether it is applied twice
 */
public record Doubled(double factor, boolean twice) implements TensorLayer {
  public Doubled {
    Require.that(factor < 100, "factor", "less than 100", factor, factor);
  }

  @Override
  public Trace trace(Trace input) {
    return input;
  }

  @Override
  public Tensor forward(Tensor x, List<Tensor> weights, Pass pass) {
    return x.mul(new Scalar(twice ? factor * factor : factor));
  }

  /** Found by the name in {@code META-INF/services}. */
  public static final class Provider implements LayerProvider {
    @Override
    public List<Class<? extends Layer>> layers() {
      return List.of(Doubled.class);
    }
  }
}
