package dev.onecycle.selftest.harness;

import java.nio.file.Path;

/**
 * A case of the self-test: one condition that must hold.
 *
 * @param name unique in its group
 * @param check throws if the condition does not hold, {@link NotTriedException} if it cannot be
 *     tried here
 */
public record Case(String name, Check check) {
  /** The code of a case. */
  @FunctionalInterface
  public interface Check {
    /** Runs in a folder of the case's own, which is empty before and removed afterwards. */
    void run(Path folder) throws Exception;
  }
}
