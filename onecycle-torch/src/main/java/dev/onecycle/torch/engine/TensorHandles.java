package dev.onecycle.torch.engine;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/**
 * Tensors out of what the engine answers several at once in: a view into such an answer dies with
 * it, so what is to live longer needs a handle of its own.
 */
public final class TensorHandles {
  private TensorHandles() {}

  /**
   * A handle on what the work hands back; everything else that it made on the way is freed. What an
   * operation in place answers is no handle by itself, and would die with it.
   */
  public static Tensor outOf(Supplier<Tensor> work) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor result = of(work.get());
      outer.attach(result);
      return result;
    }
  }

  /** A handle of its own on the same values. */
  public static Tensor of(Tensor part) {
    return new Tensor(part);
  }

  /** The first of an answer; the others are let go. */
  public static Tensor first(T_TensorTensorTensor_T answer) {
    Tensor first = of(answer.get0());
    answer.close();
    return first;
  }

  /** The first of an answer; the other is let go. */
  public static Tensor first(T_TensorTensor_T answer) {
    Tensor first = of(answer.get0());
    answer.close();
    return first;
  }
}
