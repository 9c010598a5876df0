package dev.onecycle.torch.settings;

/** The type in which convolutions and matrix products are computed; weights are always float32. */
public enum Precision {
  /** bfloat16 on a GPU and where the processor multiplies it faster, else float32. */
  AUTO,
  /**
   * bfloat16: half the memory traffic, and faster where the processor multiplies it in tiles or at
   * full rate.
   */
  BF16,
  /** float32. */
  FP32
}
