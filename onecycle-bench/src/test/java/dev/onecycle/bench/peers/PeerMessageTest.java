package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerMessageTest {
  @Test
  void readsMessagesOfPeers() {
    assertThat(
            PeerMessage.parse(
                "{\"setup\":\"fp32, 2 threads\",\"parameters\":272474,\"versions\":{\"torch\":\"1.13\"}}"))
        .contains(new PeerMessage.Hello("fp32, 2 threads", 272474, Map.of("torch", "1.13")));
    assertThat(PeerMessage.parse("{\"images\": 128, \"loss\": 2.25}"))
        .contains(new PeerMessage.Step(128, 2.25));
  }

  @Test
  void aLossMayBeNaN() {
    assertThat(PeerMessage.parse("{\"images\":1,\"loss\":NaN}"))
        .contains(new PeerMessage.Step(1, Double.NaN));
  }

  @Test
  void readsItsOwnText() {
    PeerMessage hello = new PeerMessage.Hello("a \"quoted\" setup", 3, Map.of("b", "2"));
    assertThat(PeerMessage.parse(hello.text())).contains(hello);
    PeerMessage step = new PeerMessage.Step(64, 0.125);
    assertThat(PeerMessage.parse(step.text())).contains(step);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "WARNING: something", "[2026] INFO {\"images\":1}"})
  void otherLinesAreNoMessages(String line) {
    assertThat(PeerMessage.parse(line)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"images\":128}",
        "{\"images\":128,\"loss\":2",
        "{\"images\":\"many\",\"loss\":2}",
        "{\"images\":128,\"loss\":2} {}",
        "{\"setup\":\"x\"}",
        "{}"
      })
  void anErrorShowsABrokenMessage(String line) {
    assertThatThrownBy(() -> PeerMessage.parse(line))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(line);
  }
}
