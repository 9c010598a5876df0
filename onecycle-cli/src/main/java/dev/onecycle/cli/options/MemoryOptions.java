package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.train.Compute;
import dev.onecycle.torch.tune.MemoryBudget;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The memory that limits a batch size. */
public final class MemoryOptions {
  /** The amount that was given, in bytes. */
  @Option(
      names = "--memory",
      paramLabel = "AMOUNT",
      converter = MemorySize.class,
      description =
          "Memory that training may hold, such as 2G. Default: four fifths of the memory that the"
              + " container or the machine has free.")
  public @Nullable Long amount;

  /** The amount that training may hold, in bytes; empty where the system does not tell. */
  public OptionalLong budget() {
    return amount == null ? MemoryBudget.available() : OptionalLong.of(amount);
  }

  /** Throws where a GPU is asked for: a search knows the memory of the processor alone. */
  public static void requireProcessor(TrainingConfig config, String when) {
    Device device = Compute.of(config.learnerSettings()).device();
    Require.that(
        device == Device.CPU,
        "--device",
        "cpu " + when + ", since only the processor's memory is known,",
        TrainingConfig.DEVICE.write(config.get(TrainingConfig.DEVICE)),
        device);
  }
}
