package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.run.Conditions.Difference;
import org.junit.jupiter.api.Test;

/** Conditions for tests, and what they promise. */
public class ConditionsTest {
  /** Conditions such as a run has. */
  public static Conditions some() {
    return Conditions.none()
        .with("model", "resnet20 1a2b")
        .with("batch_size", 128)
        .with("weight_decay", 1e-4)
        .with("norm_decay", true);
  }

  @Test
  void valuesAreExactTexts() {
    assertThat(some().with("dropout", 0.1 + 0.2).byName())
        .containsEntry("batch_size", "128")
        .containsEntry("weight_decay", "0.0001")
        .containsEntry("norm_decay", "on")
        .containsEntry("dropout", "0.30000000000000004");
  }

  @Test
  void aConditionThatChangesAloneIsNamedOldAndNew() {
    for (String name : some().byName().keySet()) {
      assertThat(some().differencesTo(some().with(name, "other")))
          .containsExactly(new Difference(name, some().byName().get(name) + "", "other"));
    }
  }

  /** A result of a version that knew fewer conditions cannot be trusted without a word. */
  @Test
  void aConditionThatOnlyOneSideStatesIsADifference() {
    Conditions more = some().with("loss", "cross-entropy");
    assertThat(some().differencesTo(more))
        .containsExactly(new Difference("loss", "not stated", "cross-entropy"));
    assertThat(more.differencesTo(some()))
        .containsExactly(new Difference("loss", "cross-entropy", "not stated"));
  }

  @Test
  void equalConditionsDoNotDiffer() {
    assertThat(some().differencesTo(some())).isEmpty();
  }
}
