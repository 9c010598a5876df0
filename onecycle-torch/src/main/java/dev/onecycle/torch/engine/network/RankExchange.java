package dev.onecycle.torch.engine.network;

import dev.onecycle.fault.Faults;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.group.GlooGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Sums over all ranks the results of the replicas of each rank in a step.
 *
 * <p>Gradients are exchanged in buckets, which are neighbouring parts of the flat buffer, while the
 * way back goes on: a bucket is sent as soon as every replica of this rank has added to all of its
 * weights, and always after the buckets of later layers, so that all ranks send in the same order.
 * Where batch norms are synchronized, all buckets are sent at the end of the way back.
 *
 * <p><i>Source:</i> S. Li et al. (2020), "PyTorch Distributed: Experiences on Accelerating Data
 * Parallel Training", section 3.2. Deviation: buckets follow the order of the flat buffer.
 */
final class RankExchange {
  /** A smaller message takes hardly less time; a few buckets leave something to overlap. */
  private static final long SMALLEST_BUCKET = 1 << 15; // 128 KiB

  /** That of PyTorch: each message more is a way round all ranks. */
  private static final long LARGEST_BUCKET = 25 << 18; // 25 MiB

  private static final int BUCKETS = 6;

  /** The values [begin, end) of the flat buffer, and the number of their weights. */
  private record Bucket(long begin, long end, int weights, int firstLayer) {}

  private final GlooGroup group;
  private final List<Replica> replicas;
  private final TensorDevice device;
  private final boolean early;

  /** In the order of sending: later layers first. */
  private final List<Bucket> buckets;

  /** The weights of each bucket that a replica has still to add to in this step. */
  private final int[] missing;

  private final List<Sent> sent = new ArrayList<>();
  private int next;
  private int used;

  /** A part of the gradients under way, and the copy that is sent where the device has its own. */
  private record Sent(Tensor own, Tensor host, GlooGroup.Pending pending) {
    void close() {
      if (host != own) {
        host.close();
      }
      own.close();
    }
  }

  /**
   * @param weights of the network in the order of the flat buffer
   * @param built the same in the order of the layers
   * @param early whether buckets are sent while the way back goes on, and not all at its end
   */
  RankExchange(
      GlooGroup group,
      List<Replica> replicas,
      List<Parameter> weights,
      List<Parameter> built,
      TensorDevice device,
      boolean early) {
    this.early = early;
    this.group = group;
    this.replicas = replicas;
    this.device = device;
    buckets = buckets(weights, built);
    missing = new int[buckets.size()];
    for (Replica replica : replicas) {
      long at = 0;
      for (Parameter weight : replica.parameters()) {
        int bucket = bucketOf(at);
        weight.onLearned(() -> learned(replica, bucket));
        at += weight.count();
      }
    }
  }

  private static List<Bucket> buckets(List<Parameter> weights, List<Parameter> built) {
    Map<Parameter, Integer> layers = new IdentityHashMap<>();
    built.forEach(weight -> layers.put(weight, layers.size()));
    long all = weights.stream().mapToLong(Parameter::count).sum();
    long wanted = Math.max(SMALLEST_BUCKET, Math.min(LARGEST_BUCKET, all / BUCKETS));
    List<Bucket> buckets = new ArrayList<>();
    long begin = 0;
    long end = 0;
    int count = 0;
    int first = Integer.MAX_VALUE;
    for (Parameter weight : weights) {
      end += weight.count();
      count++;
      first = Math.min(first, layers.getOrDefault(weight, 0));
      if (end - begin >= wanted || end == all) {
        buckets.add(new Bucket(begin, end, count, first));
        begin = end;
        count = 0;
        first = Integer.MAX_VALUE;
      }
    }
    buckets.sort(Comparator.comparingInt(Bucket::firstLayer).reversed());
    return buckets;
  }

  private int bucketOf(long value) {
    for (int i = 0; i < buckets.size(); i++) {
      if (value >= buckets.get(i).begin && value < buckets.get(i).end) {
        return i;
      }
    }
    throw new IllegalArgumentException("no bucket has value " + value);
  }

  /**
   * Begins a step.
   *
   * @param replicasUsed the replicas of this rank that compute something
   */
  synchronized void begin(int replicasUsed) {
    used = replicasUsed;
    next = 0;
    for (int i = 0; i < missing.length; i++) {
      missing[i] = used * buckets.get(i).weights;
    }
  }

  /** A replica has added its last share to the gradient of a weight. */
  private void learned(Replica replica, int bucket) {
    if (!early || !replica.isLast()) {
      return;
    }
    synchronized (this) {
      missing[bucket]--;
      if (missing[bucket] < 0) {
        throw new IllegalStateException("a weight learns twice in a step, after it may be sent");
      }
      while (next < buckets.size() && missing[next] == 0) {
        send(buckets.get(next++));
      }
    }
  }

  /** Adds up the replicas' gradients of a bucket, and begins to add up those of the ranks. */
  private void send(Bucket bucket) {
    Faults.at("rank.send");
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor own = part(replicas.get(0), bucket);
      for (Replica other : replicas.subList(1, Math.max(1, used))) {
        own.add_(part(other, bucket));
      }
      Tensor host = device.read(own);
      own.retainReference();
      if (host != own) {
        host.retainReference();
      }
      sent.add(new Sent(own, host, group.sum(host)));
    }
  }

  private static Tensor part(Replica replica, Bucket bucket) {
    return replica.gradients.narrow(0, bucket.begin, bucket.end - bucket.begin);
  }

  /** Whatever the ranks add up beside the gradients. */
  record Totals(double loss, long used, boolean stop) {}

  /**
   * Sends the rest and waits for all: the gradients of the first replica, and the statistics, are
   * then the sums over all replicas of all ranks.
   *
   * @param lossSum of this rank's samples
   * @param statistics the sum over its replicas; null where the network has none
   * @param stop whether this rank is to stop
   */
  Totals end(double lossSum, @Nullable Tensor statistics, boolean stop) {
    synchronized (this) {
      while (next < buckets.size()) {
        send(buckets.get(next++)); // all, or weights that this batch did not reach
      }
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor numbers = GlooGroup.tensor(lossSum, used, stop ? 1 : 0);
      GlooGroup.Pending ofNumbers = group.sum(numbers);
      if (statistics != null) {
        Tensor host = device.read(statistics);
        group.sum(host).await();
        if (host != statistics) {
          statistics.copy_(host);
        }
      }
      for (Sent part : sent) {
        part.pending.await();
        if (part.host != part.own) {
          part.own.copy_(part.host);
        }
      }
      ofNumbers.await();
      DoublePointer sums = numbers.data_ptr_double();
      return new Totals(sums.get(0), Math.round(sums.get(1)), sums.get(2) > 0);
    } finally {
      sent.forEach(Sent::close);
      sent.clear();
    }
  }
}
