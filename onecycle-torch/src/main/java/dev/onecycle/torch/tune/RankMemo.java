package dev.onecycle.torch.tune;

import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.torch.distributed.ProcessGroup;
import java.util.function.Supplier;

/**
 * The memo of rank 0, by which all ranks go: a result that it has is not computed again on any of
 * them, and one that it lacks is computed by all together. The search for a batch size alone is
 * made by rank 0.
 */
public final class RankMemo implements Memo {
  private final Memo own;
  private final ProcessGroup ranks;

  private RankMemo(Memo own, ProcessGroup ranks) {
    this.own = own;
    this.ranks = ranks;
  }

  /**
   * The memo of a rank.
   *
   * @param own used on rank 0 alone
   */
  public static Memo of(Memo own, ProcessGroup ranks) {
    return ranks.isAlone() ? own : new RankMemo(own, ranks);
  }

  @Override
  public <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work) {
    if (contains(name) || name.equals(Tuner.BATCH_SIZES)) {
      String text =
          ranks.ofFirst(
              () -> JsonFile.text(own.computeIfAbsent(name, type, work)), ProcessGroup.LONG);
      return JsonFile.parse(text, type, name);
    }
    T result = work.get();
    return ranks.isFirst() ? own.computeIfAbsent(name, type, () -> result) : result;
  }

  @Override
  public boolean contains(String name) {
    return ranks.ofFirst(ranks.isFirst() && own.contains(name));
  }
}
