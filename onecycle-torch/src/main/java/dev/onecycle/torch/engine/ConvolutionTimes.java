package dev.onecycle.torch.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The times of a 3×3 convolution by itself, on every thread at once. */
public final class ConvolutionTimes {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};
  private static final int WARM_UP = 3;
  private static final int TIMED = 15;

  private ConvolutionTimes() {}

  /**
   * Median seconds of a forward pass, and of one with both gradients, of a thread.
   *
   * @return forward, forward and back
   */
  public static double[] measure(
      int images, int in, int out, int size, boolean bfloat16, int threads) {
    Natives.load();
    ScalarType type = bfloat16 ? ScalarType.BFloat16 : ScalarType.Float;
    try (Workers workers = new Workers(threads)) {
      List<Callable<double[]>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        tasks.add(() -> measure(images, in, out, size, type));
      }
      List<double[]> times = workers.run(tasks);
      return new double[] {
        times.stream().mapToDouble(t -> t[0]).average().orElseThrow(),
        times.stream().mapToDouble(t -> t[1]).average().orElseThrow()
      };
    }
  }

  private static double[] measure(int images, int in, int out, int size, ScalarType type) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = random(type, images, in, size, size);
      Tensor kernel = random(type, out, in, 3, 3);
      Tensor gradient = random(type, images, out, size, size);
      TensorOptional none = new TensorOptional();
      BoolPointer wanted = new BoolPointer(3).put(0, true).put(1, true).put(2, false);
      double forward = median(() -> torch.conv2d(x, kernel, none, ONE, ONE, ONE, 1));
      double back =
          median(
              () ->
                  torch.convolution_backward(
                      gradient,
                      x,
                      kernel,
                      new long[] {out},
                      ONE,
                      ONE,
                      ONE,
                      false,
                      ZERO,
                      1,
                      wanted));
      return new double[] {forward, forward + back};
    }
  }

  private static Tensor random(ScalarType type, long... shape) {
    return torch.randn(shape).to(type).contiguous(MemoryFormat.ChannelsLast);
  }

  private static double median(Runnable work) {
    double[] seconds = new double[TIMED];
    for (int i = -WARM_UP; i < TIMED; i++) {
      long begin = System.nanoTime();
      try (PointerScope scope = new PointerScope()) {
        work.run();
      }
      seconds[Math.max(0, i)] = (System.nanoTime() - begin) / 1e9;
    }
    Arrays.sort(seconds);
    return seconds[TIMED / 2];
  }
}
