package dev.onecycle.torch.engine.network;

import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.module.PartSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the numbers of batch norms over the replicas of all ranks while they compute a batch.
 *
 * <p>Replicas go through the layers of a network in the same order, and meet at each batch norm,
 * forward and back. A replica computes its slices one after the other: the first slices of all
 * replicas are one round, the second ones the next. The replicas of a rank are added up in their
 * order, so that a training repeats to the same bits.
 *
 * <p>The ranks add up the same number of arrays of the same length, whether or not they have images
 * in a round.
 */
final class BatchNormSums {
  /** The batch norms of the network that average over training batches. */
  private final int norms;

  /** The numbers that ranks exchange at a time: enough for the widest batch norm. */
  private final int width;

  private @Nullable GlooGroup ranks;

  /** The replicas of this rank that take part in each round. */
  private List<Integer> replicas = List.of();

  /** The meetings of a round. */
  private int meetings;

  private int round;
  private int held;
  private Meeting current = new Meeting();

  /** Numbers of replicas by their order, and their sum. */
  private static final class Meeting {
    private final List<double @Nullable []> given = new ArrayList<>();
    private final CompletableFuture<double[]> sum = new CompletableFuture<>();
    private int missing;
  }

  /**
   * @param features the channels of each batch norm that averages over training batches
   */
  BatchNormSums(List<Integer> features) {
    norms = features.size();
    width = 2 * features.stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
  }

  /** Adds up over these ranks, too. */
  void join(GlooGroup group) {
    ranks = group;
  }

  /**
   * Begins a batch.
   *
   * @param slices of each replica that has any
   * @param rounds of all ranks: the most slices that a replica can have
   * @param back whether there is a way back
   */
  synchronized void begin(List<List<Slice>> slices, int rounds, boolean back) {
    List<Integer> parts = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      int number = i;
      parts.add((int) slices.stream().filter(mine -> mine.size() > number).count());
    }
    replicas = parts;
    meetings = back ? 2 * norms : norms;
    round = 0;
    held = 0;
    current = meeting();
  }

  private Meeting meeting() {
    Meeting meeting = new Meeting();
    meeting.missing = round < replicas.size() ? replicas.get(round) : 0;
    for (int i = 0; i < meeting.missing; i++) {
      meeting.given.add(null);
    }
    return meeting;
  }

  /** The sums as a replica sees them. */
  PartSums of(int replica) {
    return own -> sum(replica, own);
  }

  private double[] sum(int replica, double[] own) {
    Meeting mine;
    boolean last;
    synchronized (this) {
      mine = current;
      if (!mine.sum.isDone()) { // else a replica has failed
        mine.given.set(replica, own);
        mine.missing--;
      }
      last = mine.missing == 0 && !mine.sum.isDone();
      if (last) {
        held();
      }
    }
    if (last) {
      try {
        mine.sum.complete(overRanks(added(mine.given)));
      } catch (RuntimeException | Error e) {
        mine.sum.completeExceptionally(e);
      }
    }
    return result(mine);
  }

  /** Counts a meeting that all replicas of this rank have come to. */
  private void held() {
    held++;
    if (held == meetings) {
      held = 0;
      round++;
    }
    current = meeting();
  }

  private static double[] result(Meeting meeting) {
    try {
      return meeting.sum.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static double[] added(List<double @Nullable []> given) {
    double[] sum = null;
    for (double[] own : given) {
      if (own == null) {
        throw new IllegalStateException("a replica came twice to a batch norm");
      }
      if (sum == null) {
        sum = own.clone();
      } else {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += own[i];
        }
      }
    }
    if (sum == null) {
      throw new IllegalStateException("no replica came to a batch norm");
    }
    return sum;
  }

  private double[] overRanks(double[] own) {
    if (ranks == null) {
      return own;
    }
    double[] all = new double[width];
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = GlooGroup.tensor(Arrays.copyOf(own, width));
      ranks.sum(tensor).await();
      tensor.data_ptr_double().get(all);
    }
    return Arrays.copyOf(all, own.length);
  }

  /** A replica has failed: the others, which wait for it, fail for the same reason. */
  synchronized void fail(Throwable reason) {
    current.sum.completeExceptionally(reason);
  }

  /** Ends a batch: takes part in the rounds in which this rank has no images. */
  void end() {
    if (ranks == null) {
      return;
    }
    for (; round < replicas.size(); held()) {
      double[] unused = overRanks(new double[width]);
    }
  }
}
