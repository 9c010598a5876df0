package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.RANGE_END;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_LIMIT;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_RAMP;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_START;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_STEPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.Ramp;
import dev.onecycle.range.RangeTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The range test that a configuration asks for. */
class RangeSettingsTest {
  private static final TrainingConfig CONFIG = TrainingConfig.of("data");

  private static RangeTest test(TrainingConfig config) {
    return config.validated().rangeTest(0.85);
  }

  @Test
  void aLastRateThatIsGivenIsTheLast() {
    assertThat(test(CONFIG).maxSteps()).isEqualTo(120 + 14);
    RangeTest given = test(CONFIG.with(RANGE_END, 10.0));
    assertThat(given.limit()).isEqualTo(10);
    assertThat(given.maxSteps()).isEqualTo(120);
    assertThat(given.rate(119)).isEqualTo(10);
    // Also where it is the default.
    assertThat(test(CONFIG.with(RANGE_END, 100.0)).maxSteps()).isEqualTo(120);
    RangeTest extended = test(CONFIG.with(RANGE_END, 10.0).with(RANGE_LIMIT, 50.0));
    assertThat(extended.limit()).isEqualTo(50);
    assertThat(test(CONFIG.with(RANGE_LIMIT, 200.0)).limit()).isEqualTo(200);
    assertThatThrownBy(() -> CONFIG.with(RANGE_LIMIT, 50.0).validated())
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("range_limit must be at least 100 but was 50");
  }

  /** A file of all settings has the defaults of the test too. */
  @Test
  void besideAStoredRateDefaultsOfTheTestAreNoContradiction() {
    TrainingConfig stored = CONFIG.with(TrainingConfig.LR_FROM, "rate.json");
    assertThat(stored.with(RANGE_END, 100.0).validated()).isNotNull();
    assertThatThrownBy(() -> stored.with(RANGE_END, 10.0).validated())
        .hasMessageContaining("range_end must be left out where the rate was found before");
    assertThat(stored.withEnvironment(Map.of("ONECYCLE_RANGE_STEPS", "50")).validated())
        .isNotNull();
  }

  /** A configuration that was written and read again is the same test. */
  @Test
  void theWrittenConfigurationIsTheSameTest() {
    for (TrainingConfig config :
        new TrainingConfig[] {
          CONFIG, CONFIG.with(RANGE_END, 10.0), CONFIG.with(RANGE_LIMIT, 500.0)
        }) {
      assertThat(test(TrainingConfig.of(config.toMap()))).isEqualTo(test(config));
    }
    assertThat(CONFIG.with(RANGE_END, 10.0).origin(RANGE_LIMIT)).isEqualTo("as range_end");
    assertThat(CONFIG.origin(RANGE_LIMIT)).isEqualTo("default");
  }

  /** Eight decades from 1e-6 to 100: 25 rates are three a decade. */
  @Test
  void threeStepsADecadeAreTheFewest() {
    assertThat(test(CONFIG.with(RANGE_STEPS, 25)).steps()).isEqualTo(25);
    assertThatThrownBy(() -> test(CONFIG.with(RANGE_STEPS, 24)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "range_steps must be at least 25, three for each factor of ten from 1e-6 to 100, but"
                + " was 24");
    TrainingConfig narrow = CONFIG.with(RANGE_START, 0.1).with(RANGE_END, 1.0);
    assertThat(test(narrow.with(RANGE_STEPS, 10)).steps()).isEqualTo(10);
    assertThat(test(CONFIG.with(RANGE_STEPS, 10).with(RANGE_RAMP, Ramp.LINEAR)).steps())
        .isEqualTo(10);
    // Sweeps begin higher, and so need fewer.
    TrainingConfig few = CONFIG.with(RANGE_STEPS, 13).validated();
    assertThat(few.slowRangeTest(0.85).steps()).isEqualTo(13);
    assertThatThrownBy(() -> few.with(RANGE_STEPS, 12).slowRangeTest(0.85))
        .hasMessageContaining("at least 13, three for each factor of ten from 0.01 to 100");
  }
}
