package dev.onecycle.torch.engine.module;

import org.bytedeco.pytorch.global.torch;

/**
 * A time without oneDNN, the engine's library of kernels. It is switched off for the whole process;
 * whatever else runs meanwhile is slower, and rounds in another way.
 */
final class WithoutKernels implements AutoCloseable {
  private static int open;

  private WithoutKernels() {}

  static WithoutKernels begin() {
    synchronized (WithoutKernels.class) {
      if (open++ == 0) {
        torch.globalContext().setUserEnabledMkldnn(false);
      }
    }
    return new WithoutKernels();
  }

  @Override
  public void close() {
    synchronized (WithoutKernels.class) {
      if (--open == 0) {
        torch.globalContext().setUserEnabledMkldnn(true);
      }
    }
  }
}
