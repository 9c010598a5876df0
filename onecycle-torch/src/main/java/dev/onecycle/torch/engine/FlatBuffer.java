package dev.onecycle.torch.engine;

import dev.onecycle.random.RandomStream;
import dev.onecycle.torch.engine.Parameter.Initial;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arrays one after the other in a single tensor, so that one operation treats them all. */
public final class FlatBuffer {
  private FlatBuffer() {}

  /** The elements of a float32 tensor in the processor's memory, to be read or written in place. */
  public static FloatBuffer elements(Tensor flat) {
    return flat.data_ptr_float().capacity(flat.numel()).asBuffer();
  }

  /** The memory of a tensor of any type as bytes. */
  public static ByteBuffer bytes(Tensor flat) {
    return new BytePointer(flat.data_ptr())
        .capacity(flat.numel() * flat.element_size())
        .asByteBuffer();
  }

  /** The elements of a tensor of any type in the processor's memory; read them in its scope. */
  public static DoubleBuffer doubles(Tensor flat) {
    Tensor doubles = flat.to(ScalarType.Double);
    return doubles.data_ptr_double().capacity(doubles.numel()).asBuffer();
  }

  /** The order of parameters in a tensor: first all that always decay, biases last. */
  public static List<Parameter> ordered(List<Parameter> parameters) {
    List<Parameter> ordered = new ArrayList<>();
    parameters.stream().filter(p -> !p.normOrBias).forEach(ordered::add);
    parameters.stream().filter(p -> p.normOrBias && !p.bias()).forEach(ordered::add);
    parameters.stream().filter(Parameter::bias).forEach(ordered::add);
    return ordered;
  }

  /**
   * A tensor with the initial values of all parameters, each drawn from a stream of its own.
   *
   * @param type of the tensor; its values are float32 ones in any type
   */
  public static Tensor initial(List<Parameter> parameters, long seed, ScalarType type) {
    Tensor flat = initial(parameters, seed);
    if (type == ScalarType.Float) {
      return flat;
    }
    try (flat) {
      return flat.to(type);
    }
  }

  private static Tensor initial(List<Parameter> parameters, long seed) {
    Tensor flat = torch.zeros(Math.max(1, count(parameters)));
    FloatBuffer buffer = elements(flat);
    int offset = 0;
    for (Parameter parameter : parameters) {
      SplittableRandom random = RandomStream.of(seed, "initial " + parameter.name);
      Initial initial = parameter.initial;
      for (int place : TensorLayout.places(parameter.shape, parameter.strides())) {
        double draw =
            switch (initial.kind()) {
              case CONSTANT -> 1;
              case UNIFORM, IDENTITY -> 2 * random.nextDouble() - 1;
              case NORMAL -> random.nextGaussian();
            };
        buffer.put(offset + place, (float) (initial.scale() * draw));
      }
      if (initial.kind() == Initial.Kind.IDENTITY) {
        putIdentity(buffer, offset, parameter);
      }
      offset += (int) parameter.count();
    }
    return flat;
  }

  /** Makes each of the first filters of a convolution copy its channel. */
  private static void putIdentity(FloatBuffer buffer, int offset, Parameter convolution) {
    int in = (int) convolution.shape[1];
    int kernel = (int) convolution.shape[2];
    int filter = in * kernel * kernel;
    int[] places = TensorLayout.places(convolution.shape, convolution.strides());
    for (int i = 0; i < Math.min(in, convolution.shape[0]); i++) {
      for (int j = 0; j < filter; j++) {
        int centre = i * kernel * kernel + kernel / 2 * kernel + kernel / 2;
        buffer.put(offset + places[i * filter + j], j == centre ? 1 : 0);
      }
    }
  }

  /** The number of values of all parameters. */
  public static long count(List<Parameter> parameters) {
    return parameters.stream().mapToLong(Parameter::count).sum();
  }

  /** The view of every parameter in the tensor, in order. Call it within a scope. */
  public static List<Tensor> views(Tensor flat, List<Parameter> parameters) {
    List<Tensor> views = new ArrayList<>();
    long offset = 0;
    for (Parameter parameter : parameters) {
      views.add(
          flat.narrow(0, offset, parameter.count())
              .as_strided(parameter.shape, parameter.strides()));
      offset += parameter.count();
    }
    return views;
  }

  /** The parameters' arrays in the tensor, by name. */
  public static List<NamedArray> arrays(
      Tensor flat, List<Parameter> parameters, TensorDevice device) {
    List<NamedArray> arrays = new ArrayList<>();
    int offset = 0;
    for (Parameter parameter : parameters) {
      int[] places = TensorLayout.places(parameter.shape, parameter.strides());
      arrays.add(new NamedArray(parameter.name, parameter.shape, flat, device, offset, places));
      offset += places.length;
    }
    return arrays;
  }

  /** A whole tensor as an array without a shape of its own. */
  public static NamedArray array(String name, Tensor flat, TensorDevice device) {
    int count = Math.toIntExact(flat.numel());
    int[] places = IntStream.range(0, count).toArray();
    return new NamedArray(name, new long[] {count}, flat, device, 0, places);
  }
}
