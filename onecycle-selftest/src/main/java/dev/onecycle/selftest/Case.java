package dev.onecycle.selftest;

import java.nio.file.Path;

/**
 * One thing that must hold.
 *
 * @param name what is done, unique in its group
 * @param check throws where it does not hold; {@link Unreached} where it cannot be tried here
 */
public record Case(String name, Check check) {
  /** Tries a case in a folder of its own, which is empty before and removed after. */
  @FunctionalInterface
  public interface Check {
    void in(Path folder) throws Exception;
  }
}
