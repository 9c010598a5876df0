package dev.onecycle.torch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  static Stream<Optimizer> rules() {
    return Stream.of(
        Optimizer.sgd(),
        new Optimizer.Sgd(true, false),
        new Optimizer.Sgd(false, true),
        Optimizer.adamW(),
        new Optimizer.AdamW(0.99, 1e-7),
        Optimizer.muon(),
        new Optimizer.Muon(0.3, 5));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void rulesGoOutAndComeBack(Optimizer rule) {
    assertThat(Optimizer.of(rule.toMap())).isEqualTo(rule);
  }

  /** The texts and names are stored in files and compared. */
  @Test
  void textsAndNamesAreFixed() {
    assertThat(rules().map(Optimizer::describe))
        .containsExactly(
            "sgd",
            "sgd-nesterov",
            "sgd, decoupled decay",
            "adamw, beta2 0.999, epsilon 1e-8",
            "adamw, beta2 0.99, epsilon 1e-7",
            "muon, matrix rate 0.12, iterations 3",
            "muon, matrix rate 0.3, iterations 5");
    assertThat(Optimizer.sgd().toMap())
        .isEqualTo(Map.of("type", "sgd", "nesterov", false, "decoupled_decay", false));
    assertThat(Optimizer.adamW().toMap())
        .isEqualTo(Map.of("type", "adamw", "beta2", 0.999, "epsilon", 1e-8));
    assertThat(Optimizer.muon().toMap())
        .isEqualTo(Map.of("type", "muon", "matrix_rate", 0.12, "iterations", 3));
  }

  @Test
  void unsoundEntriesAreRefusedByName() {
    refused(Optimizer.sgd(), "type", "adam", "optimizer type must be one of sgd, adamw, muon");
    refused(Optimizer.sgd(), "nesterov", "yes", "nesterov must be true or false but was yes");
    refused(Optimizer.sgd(), "beta1", 0.9, "must be decoupled_decay, nesterov, type but was beta1");
    refused(Optimizer.adamW(), "beta2", "0.9", "beta2 must be a number but was 0.9");
    refused(Optimizer.adamW(), "beta2", 1.0, "beta2 must be in [0, 1) but was 1");
    refused(Optimizer.muon(), "iterations", 2.5, "iterations must be a whole number but was 2.5");
    assertThatThrownBy(() -> Optimizer.of(Map.of())).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> Optimizer.of(Map.of("type", "muon")))
        .hasMessageContaining("must be iterations, matrix_rate, type but was type");
  }

  private static void refused(Optimizer rule, String key, Object value, String message) {
    Map<String, Object> map = new HashMap<>(rule.toMap());
    map.put(key, value);
    assertThatThrownBy(() -> Optimizer.of(map))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }
}
