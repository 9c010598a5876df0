package dev.onecycle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyTest {
  @Test
  void triesEachCaseWithItsOwnNumbers() {
    List<Long> drawn = new ArrayList<>();
    Property.holds(10, random -> drawn.add(random.nextLong()));
    assertThat(drawn).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void aFailureNamesTheSeedThatRepeatsIt() {
    List<Long> drawn = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Property.holds(
                    10,
                    random -> {
                      drawn.add(random.nextLong());
                      assertThat(drawn).hasSizeLessThan(4);
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("fails with -Donecycle.property.seed=4: ");
  }

  @Test
  void logUniformStaysWithinItsBounds() {
    Property.holds(
        100, random -> assertThat(Property.logUniform(random, 1e-6, 1e3)).isBetween(1e-6, 1e3));
  }
}
