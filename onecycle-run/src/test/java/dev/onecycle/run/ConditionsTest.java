package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.run.Conditions.Difference;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Conditions for tests, and what they promise. */
public class ConditionsTest {
  /** Conditions such as a run has. */
  public static Conditions some() {
    return new Conditions(
        "resnet20 1a2b",
        "10 classes",
        128,
        2,
        "sgd",
        1e-4,
        true,
        0.1,
        0.85,
        "cross-entropy",
        0,
        1,
        "pad 4",
        "bf16");
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        Arguments.of("model", "model", "resnet32"),
        Arguments.of("data", "data", "100 classes"),
        Arguments.of("batchSize", "batch size", 64),
        Arguments.of("replicas", "replicas", 4),
        Arguments.of("optimizer", "optimizer", "adamw"),
        Arguments.of("weightDecay", "weight decay", 1e-3),
        Arguments.of("normAndBiasDecay", "decay of batch norms and biases", false),
        Arguments.of("dropout", "dropout", 0.2),
        Arguments.of("momentum", "momentum at the peak", 0.9),
        Arguments.of("loss", "loss", "cross-entropy, label smoothing 0.1"),
        Arguments.of("gradientClip", "gradient clip", 1.0),
        Arguments.of("accumulation", "accumulation", 2),
        Arguments.of("augmentation", "augmentation", "none"),
        Arguments.of("precision", "precision", "fp32"));
  }

  @ParameterizedTest
  @MethodSource("fields")
  void aFieldThatChangesAloneIsNamedOldAndNew(String component, String name, Object value)
      throws ReflectiveOperationException {
    Conditions changed = with(component, value);
    List<Difference> differences = some().differencesTo(changed);
    assertThat(differences).hasSize(1);
    assertThat(differences.get(0).name()).isEqualTo(name);
    assertThat(differences.get(0).found()).isEqualTo(some().byName().get(name));
    assertThat(differences.get(0).now()).isEqualTo(changed.byName().get(name));
    assertThat(differences.get(0).found()).isNotEqualTo(differences.get(0).now());
  }

  @Test
  void everyFieldIsAmongThem() {
    List<Object> tried = fields().map(arguments -> arguments.get()[0]).toList();
    List<String> components =
        Arrays.stream(Conditions.class.getRecordComponents())
            .map(RecordComponent::getName)
            .toList();
    assertThat(tried).containsExactlyElementsOf(components);
  }

  @Test
  void equalConditionsDoNotDiffer() {
    assertThat(some().differencesTo(some())).isEmpty();
  }

  private static Conditions with(String component, Object value)
      throws ReflectiveOperationException {
    RecordComponent[] components = Conditions.class.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] =
          components[i].getName().equals(component)
              ? value
              : components[i].getAccessor().invoke(some());
    }
    return Conditions.class.getDeclaredConstructor(types).newInstance(values);
  }
}
