package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitCodeTest {
  /** A rank that was killed (137) or crashed (134, 139) did not end in order. */
  @ParameterizedTest
  @CsvSource({
    "129, interrupted",
    "130, interrupted",
    "143, interrupted",
    "137, fault",
    "134, fault",
    "139, fault",
    "1, fault",
    "65, bad_data"
  })
  void onlyAnEndInOrderIsAnInterruption(int code, String kind) {
    assertThat(ExitCode.kind(code)).isEqualTo(kind);
  }
}
