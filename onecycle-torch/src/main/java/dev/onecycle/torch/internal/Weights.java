package dev.onecycle.torch.internal;

import dev.onecycle.random.RandomStream;
import dev.onecycle.torch.internal.Parameter.Initial;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * All parameters of a network as views of one buffer, and all gradients of another, float32.
 *
 * <p>So an optimizer's step is a few operations over whole buffers, and its state a buffer of the
 * same length. Weights that decay come first; batch norms and biases follow.
 */
final class Weights implements AutoCloseable {
  final Tensor values;
  final Tensor gradients;
  final List<Parameter> parameters;

  /** The elements that are neither batch norm nor bias: [0, matrices). */
  final long matrices;

  private final List<Tensor> views = new ArrayList<>();

  Weights(List<Parameter> unordered, long seed) {
    List<Parameter> ordered = new ArrayList<>();
    unordered.stream().filter(p -> !p.normOrBias).forEach(ordered::add);
    unordered.stream().filter(p -> p.normOrBias).forEach(ordered::add);
    parameters = List.copyOf(ordered);
    matrices = parameters.stream().filter(p -> !p.normOrBias).mapToLong(Parameter::count).sum();
    long count = parameters.stream().mapToLong(Parameter::count).sum();
    values = torch.zeros(count);
    gradients = torch.zeros(count);
    initialise(seed);
    place();
  }

  /** The buffer's elements, to be read or written in place. */
  static FloatBuffer elements(Tensor flat) {
    return flat.data_ptr_float().capacity(flat.numel()).asBuffer();
  }

  long count() {
    return values.numel();
  }

  /** Draws every parameter from a stream of its own, so that one layer more changes no other. */
  private void initialise(long seed) {
    FloatBuffer buffer = elements(values);
    int offset = 0;
    for (Parameter parameter : parameters) {
      SplittableRandom random = RandomStream.of(seed, "initial " + parameter.name);
      Initial initial = parameter.initial;
      for (int place : TensorLayout.places(parameter.shape, parameter.strides())) {
        double draw =
            switch (initial.kind()) {
              case CONSTANT -> 1;
              case UNIFORM -> 2 * random.nextDouble() - 1;
              case NORMAL -> random.nextGaussian();
            };
        buffer.put(offset + place, (float) (initial.scale() * draw));
      }
      offset += (int) parameter.count();
    }
  }

  /** Gives every parameter its views: autograd adds into the gradient's buffer in place. */
  private void place() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      long offset = 0;
      for (Parameter parameter : parameters) {
        Tensor view = window(values, parameter, offset);
        view.set_requires_grad(true);
        view.mutable_grad().put(window(gradients, parameter, offset));
        view.retainReference();
        views.add(view);
        parameter.place(view);
        offset += parameter.count();
      }
    }
  }

  private static Tensor window(Tensor flat, Parameter parameter, long offset) {
    return flat.narrow(0, offset, parameter.count())
        .as_strided(parameter.shape, parameter.strides());
  }

  @Override
  public void close() {
    views.forEach(Tensor::close);
    values.close();
    gradients.close();
  }
}
