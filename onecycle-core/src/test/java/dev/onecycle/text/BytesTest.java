package dev.onecycle.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {
  @ParameterizedTest
  @CsvSource({
    "2G, 2147483648",
    "1.5GiB, 1610612736",
    "800m, 838860800",
    " 64KB , 65536",
    "0K, 0",
    "1t, 1099511627776"
  })
  void amountsAreRead(String text, long bytes) {
    assertThat(Bytes.parse(text)).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "G", "-1G", "2 G", "1e3M", "2GG", "2G 3M", "NaN"})
  void otherTextsAreNone(String text) {
    assertThat(Bytes.parse(text)).isEmpty();
  }

  @Test
  void theyAreWritten() {
    assertThat(Bytes.text(512L << 20)).isEqualTo("512 MiB");
    assertThat(Bytes.text(5L << 29)).isEqualTo("2.5 GiB");
  }
}
