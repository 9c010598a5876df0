package dev.onecycle.torch.engine.network;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.TensorDevice;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss and the gradient of one step, from before the update.
 *
 * @param loss the mean over the images of the batch
 * @param gradientNorm Euclidean norm of the whole gradient; NaN where none was computed
 */
public record StepOutcome(double loss, double gradientNorm) {
  /**
   * Reads both in one copy, in the open scope.
   *
   * <p>This is the only time in a step that the processor waits for a GPU. Without it no step could
   * promise to change nothing where its loss or gradient is not finite.
   *
   * @param slices of each replica that computed any
   * @param norm a tensor of one value
   * @param images of the batch
   */
  static StepOutcome read(
      List<List<Slice>> slices,
      List<Replica> replicas,
      Tensor norm,
      TensorDevice device,
      int images) {
    List<Tensor> parts = losses(slices, replicas);
    parts.add(norm.reshape(1));
    Tensor all = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)));
    DoubleBuffer numbers = FlatBuffer.doubles(device.read(all));
    return new StepOutcome(sum(slices, numbers) / images, numbers.get());
  }

  /** The sum of the losses of all images, in the open scope; 0 where there are none. */
  static double lossSum(List<List<Slice>> slices, List<Replica> replicas, TensorDevice device) {
    if (slices.isEmpty()) {
      return 0;
    }
    Tensor all = torch.cat(new TensorVector(losses(slices, replicas).toArray(Tensor[]::new)));
    return sum(slices, FlatBuffer.doubles(device.read(all)));
  }

  private static double sum(List<List<Slice>> slices, DoubleBuffer means) {
    double[] sums = new double[slices.size()];
    for (int i = 0; i < sums.length; i++) {
      for (Slice slice : slices.get(i)) {
        sums[i] += means.get() * (slice.to() - slice.from());
      }
    }
    return DoubleStream.of(sums).sum();
  }

  private static List<Tensor> losses(List<List<Slice>> slices, List<Replica> replicas) {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      parts.add(replicas.get(i).losses.narrow(0, 0, slices.get(i).size()));
    }
    return parts;
  }
}
