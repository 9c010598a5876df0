package dev.onecycle.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnknownVariablesTest {
  @Test
  void aMisspeltVariableIsNamedWithTheNearest() {
    Map<String, String> environment =
        Map.of("ONECYCLE_EPOCH", "3", "ONECYCLE_EPOCHS", "3", "ONECYCLE_Q", "1", "PATH", "/bin");
    assertThat(UnknownVariables.warnings(environment))
        .containsExactly(
            "environment variable ONECYCLE_EPOCH belongs to no setting and is ignored; did you mean"
                + " ONECYCLE_EPOCHS?",
            "environment variable ONECYCLE_Q belongs to no setting and is ignored");
  }

  @Test
  void variablesOfLaunchersAndServicesAreKnown() {
    assertThat(
            UnknownVariables.warnings(
                Map.of(
                    "ONECYCLE_JAVA_OPTS", "-Xmx1g",
                    "ONECYCLE_MAVEN_ARGS", "-Pcuda",
                    "ONECYCLE_SERVICE_HOST", "10.0.0.1",
                    "ONECYCLE_SERVICE_PORT_HTTP", "80",
                    "ONECYCLE_PORT", "tcp://10.0.0.1:80",
                    "ONECYCLE_PORT_80_TCP_ADDR", "10.0.0.1",
                    "ONECYCLE_BOARD_SERVICE_HOST", "10.0.0.2",
                    "ONECYCLE_BOARD_PORT_8080_TCP", "tcp://10.0.0.2:8080",
                    "ONECYCLE_MAX_LR", "0.1")))
        .isEmpty();
  }

  /** Every rank would repeat it. */
  @Test
  void rankZeroAloneWarns() {
    assertThat(
            UnknownVariables.warnings(Map.of("ONECYCLE_LAUNCHER_PID", "1", "ONECYCLE_EPOCH", "3")))
        .isEmpty();
    Map<String, String> ofTorchrun = new HashMap<>();
    ofTorchrun.put("ONECYCLE_EPOCH", "3");
    ofTorchrun.putAll(Map.of("WORLD_SIZE", "2", "MASTER_ADDR", "host", "MASTER_PORT", "29500"));
    ofTorchrun.put("RANK", "1");
    assertThat(UnknownVariables.warnings(ofTorchrun)).isEmpty();
    ofTorchrun.put("RANK", "0");
    assertThat(UnknownVariables.warnings(ofTorchrun)).hasSize(1);
  }
}
