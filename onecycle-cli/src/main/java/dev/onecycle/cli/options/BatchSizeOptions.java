package dev.onecycle.cli.options;

import dev.onecycle.torch.tune.MemoryBudget;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What limits a batch size. */
public final class BatchSizeOptions {
  @Option(
      names = {"-e", "--epochs"},
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Length of the cycle that is to be trained: it is to keep at least 200 updates. Default:"
              + " ${DEFAULT-VALUE}.")
  public int epochs = 10;

  @Option(
      names = "--memory",
      paramLabel = "AMOUNT",
      converter = MemorySize.class,
      description =
          "Memory that training may hold, such as 2G. Default: four fifths of what the container or"
              + " the machine has free.")
  public @Nullable Long memory;

  public OptionalLong budget() {
    return memory == null ? MemoryBudget.available() : OptionalLong.of(memory);
  }
}
