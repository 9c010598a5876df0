package dev.onecycle.torch.train;

import dev.onecycle.torch.engine.Cpu;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;

/**
 * The device, precision and number of threads of a learner on this machine: settings that may be
 * left open, with nothing open.
 *
 * @param device {@link Device#CPU} or {@link Device#CUDA}
 * @param precision {@link Precision#BF16} or {@link Precision#FP32}
 * @param threads at least 1; 1 on a GPU
 */
public record Compute(Device device, Precision precision, int threads) {
  private static final int MAX_THREADS = 256;

  /** The choice of this machine. Loads the engine where the device is open. */
  public static Compute of(LearnerSettings settings) {
    Device device = device(settings.device());
    return new Compute(
        device, precision(settings.precision(), device), threads(settings.threads(), device));
  }

  private static Device device(Device asked) {
    if (asked != Device.AUTO) {
      return asked;
    }
    return Engine.seesGpu() ? Device.CUDA : Device.CPU;
  }

  private static Precision precision(Precision asked, Device device) {
    if (asked != Precision.AUTO) {
      return asked;
    }
    boolean bfloat16 = device == Device.CUDA || Cpu.multipliesBfloat16Faster();
    return bfloat16 ? Precision.BF16 : Precision.FP32;
  }

  private static int threads(int asked, Device device) {
    if (device == Device.CUDA) {
      return 1;
    }
    return asked > 0 ? asked : Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
  }

  /** The same settings with this device, precision and number of threads. */
  LearnerSettings in(LearnerSettings settings) {
    return settings.toBuilder().device(device).precision(precision).threads(threads).build();
  }
}
