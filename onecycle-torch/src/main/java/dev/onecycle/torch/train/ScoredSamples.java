package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.Part;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.network.TrainableNetwork.Scored;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * The samples of an evaluated batch: of the whole batch, whatever rank has computed which of them.
 * Every rank counts all of them in the same order, so that every metric is exact and equal on all.
 */
final class ScoredSamples {
  private final int outputs;
  private final int[] indices;
  private final float[] targets;
  private final float[] scores;
  private final double lossSum;

  private ScoredSamples(
      int outputs, int[] indices, float[] targets, float[] scores, double lossSum) {
    this.outputs = outputs;
    this.indices = indices;
    this.targets = targets;
    this.scores = scores;
    this.lossSum = lossSum;
  }

  /**
   * The samples of a batch; of several ranks, the samples of the whole batch.
   *
   * @param batch the part of this rank
   */
  static ScoredSamples of(
      Batch batch, Scored scored, int outputs, boolean classes, ProcessGroup ranks) {
    int[] indices = new int[batch.size()];
    float[] targets = new float[batch.size() * outputs];
    for (int i = 0; i < batch.size(); i++) {
      indices[i] = batch.index(i);
      for (int k = 0; k < outputs; k++) {
        targets[i * outputs + k] = batch.target(i, k);
      }
    }
    ScoredSamples own =
        new ScoredSamples(outputs, indices, targets, scored.scores(), scored.lossSum());
    Optional<GlooGroup> group = ranks.connection().map(GlooGroup::of);
    return group.isEmpty() ? own : own.gathered(group.get(), ranks.part(), batch.whole());
  }

  /** Rows of the index, the targets and the scores of a sample, and a last one of the loss. */
  private ScoredSamples gathered(GlooGroup group, Part part, int whole) {
    int width = 1 + 2 * outputs;
    int most = part.most(whole);
    double[] own = new double[most * width + 1];
    for (int i = 0; i < indices.length; i++) {
      own[i * width] = indices[i];
      for (int k = 0; k < outputs; k++) {
        own[i * width + 1 + k] = targets[i * outputs + k];
        own[i * width + 1 + outputs + k] = scores[i * outputs + k];
      }
    }
    own[most * width] = lossSum;
    double[] all = group.gather(own);
    int[] allIndices = new int[whole];
    float[] allTargets = new float[whole * outputs];
    float[] allScores = new float[whole * outputs];
    double[] losses = new double[part.ranks()];
    for (int rank = 0; rank < part.ranks(); rank++) {
      int from = rank * own.length;
      int first = part.of(rank).begin(whole);
      for (int i = 0; i < part.of(rank).size(whole); i++) {
        int row = from + i * width;
        allIndices[first + i] = (int) all[row];
        for (int k = 0; k < outputs; k++) {
          allTargets[(first + i) * outputs + k] = (float) all[row + 1 + k];
          allScores[(first + i) * outputs + k] = (float) all[row + 1 + outputs + k];
        }
      }
      losses[rank] = all[from + most * width];
    }
    return new ScoredSamples(
        outputs, allIndices, allTargets, allScores, DoubleStream.of(losses).sum());
  }

  int size() {
    return indices.length;
  }

  int index(int i) {
    return indices[i];
  }

  /** The class of a sample: the output whose target is 1. */
  int label(int i) {
    int label = 0;
    while (targets[i * outputs + label] != 1) {
      label++;
    }
    return label;
  }

  /** All scores, row by row. */
  float[] scores() {
    return scores;
  }

  float[] given(int i) {
    return Arrays.copyOfRange(scores, i * outputs, (i + 1) * outputs);
  }

  float[] wanted(int i) {
    return Arrays.copyOfRange(targets, i * outputs, (i + 1) * outputs);
  }

  double lossSum() {
    return lossSum;
  }
}
