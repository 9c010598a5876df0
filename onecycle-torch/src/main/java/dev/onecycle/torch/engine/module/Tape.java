package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.StepClock;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a forward pass leaves for the way back: of every module, in order, how a gradient passes it.
 *
 * <p>Used instead of libtorch's autograd, so that each module chooses how its gradients are
 * computed (docs/performance.md). Lives in the native scope of its pass.
 */
public final class Tape {
  /** The way back through a module. */
  @FunctionalInterface
  interface Back {
    /**
     * The gradient of what went in, from that of what came out. Adds the gradients of the module's
     * weights to theirs.
     *
     * @return null where nothing before the module learns
     */
    @Nullable Tensor of(Tensor gradient);
  }

  private record Entry(Tensor output, Back back, boolean overwrites, String kind) {}

  private final List<Entry> entries = new ArrayList<>();
  private final boolean inputLearns;
  private final @Nullable StepClock clock;

  /**
   * @param inputLearns whether a gradient of what goes into the first module is wanted
   * @param clock for a profile; null usually
   */
  public Tape(boolean inputLearns, @Nullable StepClock clock) {
    this.inputLearns = inputLearns;
    this.clock = clock;
  }

  /** Another one for a branch that begins with the next module. */
  Tape branch() {
    return new Tape(inputLearns(), clock);
  }

  @Nullable StepClock clock() {
    return clock;
  }

  /**
   * Adds a module.
   *
   * @param output freed when the way back has passed the module
   * @param overwrites whether the way back overwrites the gradient that it is given
   */
  void add(Tensor output, Back back, boolean overwrites) {
    String kind = clock == null ? "" : clock.kind() + " back";
    entries.add(new Entry(output, back, overwrites, kind));
  }

  /** Whether a gradient of what goes into the next module is wanted. */
  boolean inputLearns() {
    return inputLearns || !entries.isEmpty();
  }

  /**
   * Goes all the way back, freeing what is no longer needed on the way.
   *
   * @return the gradient of what went in, in the open scope; null where none is wanted
   */
  public @Nullable Tensor back(Tensor gradient) {
    Tensor current = gradient;
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      // What was handed in is not ours to overwrite: another branch may need it.
      Tensor given = entry.overwrites && current == gradient ? current.clone() : current;
      Tensor next =
          clock == null
              ? kept(entry.back, given)
              : clock.time(entry.kind, () -> kept(entry.back, given));
      entry.output.close();
      if (given != gradient && given != next) {
        given.close();
      }
      if (next == null) {
        return null;
      }
      current = next;
    }
    return current;
  }

  /** The gradient that a module hands back; everything else that it made on the way is freed. */
  private static @Nullable Tensor kept(Back back, Tensor gradient) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor next = back.of(gradient);
      if (next != null && next != gradient) {
        outer.attach(next);
      }
      return next;
    }
  }
}
