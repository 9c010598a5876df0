package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.StepClock;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The way back of a forward pass: for every module, in order, a function of gradients.
 *
 * <p>Used instead of libtorch's autograd, so that each module chooses how its gradients are
 * computed (docs/internals/performance-log.md). Lives in the native scope of its pass.
 */
public final class Tape {
  /** The way back through a module. */
  @FunctionalInterface
  interface Back {
    /**
     * The gradient of the module's input, from the gradient of its output. Adds to the gradients of
     * the module's weights.
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
   * @param inputLearns whether a gradient of the first module's input is needed
   * @param clock for a profile; null usually
   */
  public Tape(boolean inputLearns, @Nullable StepClock clock) {
    this.inputLearns = inputLearns;
    this.clock = clock;
  }

  /** A tape for a branch that begins with the next module. */
  Tape branch() {
    return new Tape(inputLearns(), clock);
  }

  @Nullable StepClock clock() {
    return clock;
  }

  /**
   * Adds a module.
   *
   * @param output freed after the way back through the module
   * @param overwrites whether the way back overwrites its gradient
   */
  void add(Tensor output, Back back, boolean overwrites) {
    String kind = clock == null ? "" : clock.kind() + " back";
    entries.add(new Entry(output, back, overwrites, kind));
  }

  /** The number of modules whose results it keeps. */
  int size() {
    return entries.size();
  }

  /** Whether no module on it learns. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Whether a gradient of the next module's input is needed. */
  boolean inputLearns() {
    return inputLearns || !entries.isEmpty();
  }

  /**
   * Goes all the way back, and frees every tensor after its last use.
   *
   * @return the gradient of the first module's input, in the open scope; null where none is needed
   */
  public @Nullable Tensor back(Tensor gradient) {
    Tensor current = gradient;
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      // The caller's gradient is not ours to overwrite: another branch may need it.
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

  /** The result of a module's way back; everything else that it made is freed. */
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
