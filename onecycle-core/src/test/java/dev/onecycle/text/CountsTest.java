package dev.onecycle.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountsTest {
  @ParameterizedTest
  @CsvSource({
    "180, all, 180 images",
    "1, all, 1 image",
    "2, held-out tenth, 2 held-out images",
    "1, held-out tenth, 1 held-out image",
    "15, held-out part, 15 held-out images",
    "1, test, 1 test image",
    "2000, val, '2,000 val images'"
  })
  void imagesAreNamedByTheirSet(long count, String set, String text) {
    assertThat(Counts.images(count, set)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"held-out tenth, held-out", "held-out part, held-out", "test, test", "val, val"})
  void aSetIsAnAdjective(String set, String adjective) {
    assertThat(Counts.adjective(set)).isEqualTo(adjective);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1 of 1 epoch", "1, 3, 1 of 3 epochs", "0, 1, 0 of 1 epoch"})
  void epochsAreInTheSingularWhereOneIsPlanned(long done, String planned, String text) {
    assertThat(Counts.epochs(done, planned)).isEqualTo(text);
    assertThat(Counts.epochs(done, Integer.valueOf(planned))).isEqualTo(text);
  }
}
