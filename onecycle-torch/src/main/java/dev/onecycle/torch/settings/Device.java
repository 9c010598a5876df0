package dev.onecycle.torch.settings;

/** What a network is computed on. */
public enum Device {
  /** An NVIDIA GPU where the engine sees one, else the processor. */
  AUTO,
  /** The processor. */
  CPU,
  /** The first NVIDIA GPU; needs a build with the Maven profile {@code cuda}. */
  CUDA
}
