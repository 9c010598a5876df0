package dev.onecycle.torch.engine;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What a step came to, before the weights move.
 *
 * @param lossSum sum of the images' losses
 * @param norm of the whole gradient
 */
record StepOutcome(double lossSum, double norm) {
  /**
   * Reads both in one copy, in the open scope.
   *
   * <p>That is the one time in a step that a GPU is waited for. Without it no step could promise to
   * change nothing where its loss or gradient is not finite.
   *
   * @param slices of each replica that computed any
   * @param norm a tensor of one value
   */
  static StepOutcome read(
      List<List<Slice>> slices, List<Replica> replicas, Tensor norm, TensorDevice placement) {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      parts.add(replicas.get(i).losses.narrow(0, 0, slices.get(i).size()));
    }
    parts.add(norm.reshape(1));
    Tensor all = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)));
    FloatBuffer numbers = FlatBuffer.elements(placement.read(all));
    double[] sums = new double[slices.size()];
    for (int i = 0; i < sums.length; i++) {
      for (Slice slice : slices.get(i)) {
        sums[i] += (double) numbers.get() * (slice.to() - slice.from());
      }
    }
    return new StepOutcome(DoubleStream.of(sums).sum(), numbers.get());
  }
}
