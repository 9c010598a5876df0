package dev.onecycle.torch.engine;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/**
 * Handles on tensors that the engine returns in tuples: a view into a tuple dies with it, so a
 * tensor that lives longer needs a handle of its own.
 */
public final class TensorHandles {
  private TensorHandles() {}

  /**
   * A handle on the work's result; everything else that the work made is freed. The result of an
   * operation in place is no handle by itself, and would be freed too.
   */
  public static Tensor outOf(Supplier<Tensor> work) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor result = of(work.get());
      outer.attach(result);
      return result;
    }
  }

  /** Another handle on the same values. */
  public static Tensor of(Tensor part) {
    return new Tensor(part);
  }

  /** The first tensor of a tuple; closes the tuple. */
  public static Tensor first(T_TensorTensorTensor_T tuple) {
    Tensor first = of(tuple.get0());
    tuple.close();
    return first;
  }

  /** The first tensor of a tuple; closes the tuple. */
  public static Tensor first(T_TensorTensor_T tuple) {
    Tensor first = of(tuple.get0());
    tuple.close();
    return first;
  }
}
