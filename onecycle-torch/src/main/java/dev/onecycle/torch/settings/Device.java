package dev.onecycle.torch.settings;

/** The device that computes a network. */
public enum Device {
  /** An NVIDIA GPU where the engine sees one, else the processor. */
  AUTO,
  /** The processor. */
  CPU,
  /** The first NVIDIA GPU; needs a build with the Maven profile {@code cuda}. */
  CUDA
}
