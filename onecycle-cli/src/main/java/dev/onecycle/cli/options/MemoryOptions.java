package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.Rendezvous;
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
          "Memory that training may hold on this machine, such as 2G, by all of its ranks together."
              + " Default: four fifths of the memory that the container or the machine has free.")
  public @Nullable Long amount;

  /**
   * The amount that each rank may hold, in bytes: an equal part of the machine's, for all ranks of
   * a machine train at once. Empty where the system does not tell.
   */
  public OptionalLong budget(Rendezvous place) {
    OptionalLong all = amount == null ? MemoryBudget.available() : OptionalLong.of(amount);
    return all.isEmpty() ? all : OptionalLong.of(all.getAsLong() / place.localSize());
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
