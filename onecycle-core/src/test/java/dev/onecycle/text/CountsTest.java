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
}
