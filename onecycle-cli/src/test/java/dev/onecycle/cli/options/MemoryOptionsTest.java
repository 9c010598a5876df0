package dev.onecycle.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.distributed.Rendezvous;
import org.junit.jupiter.api.Test;

class MemoryOptionsTest {
  /** Eight ranks on two machines: the four of a machine train at once. */
  @Test
  void theRanksOfAMachineShareItsMemory() {
    MemoryOptions memory = new MemoryOptions();
    memory.amount = 4000L;
    assertThat(memory.budget(Rendezvous.ALONE)).hasValue(4000);
    assertThat(memory.budget(Rendezvous.of(5, 8, "node0", 29500).withLocal(1, 4))).hasValue(1000);
  }
}
