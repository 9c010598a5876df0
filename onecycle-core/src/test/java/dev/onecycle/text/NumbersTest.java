package dev.onecycle.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void writesNumbersAsPeopleDo() {
    assertThat(Numbers.exact(8.0E-4)).isEqualTo("0.0008");
    assertThat(Numbers.exact(100)).isEqualTo("100");
    assertThat(Numbers.exact(1e-6)).isEqualTo("1e-6");
    assertThat(Numbers.exact(-1.5e-7)).isEqualTo("-1.5e-7");
    assertThat(Numbers.exact(1e12)).isEqualTo("1e12");
    assertThat(Numbers.exact(0)).isEqualTo("0");
    assertThat(Numbers.exact(0.1 + 0.2)).isEqualTo("0.30000000000000004");
    assertThat(Numbers.exact(Double.NaN)).isEqualTo("NaN");
    assertThat(Numbers.exact(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
    assertThat(Numbers.brief(0.1 + 0.2)).isEqualTo("0.3");
    assertThat(Numbers.brief(1234.56)).isEqualTo("1235");
    assertThat(Numbers.brief(0.00012346)).isEqualTo("0.0001235");
  }

  @Test
  void readsNumbers() {
    assertThat(Numbers.parse("0.0008")).hasValue(0.0008);
    assertThat(Numbers.parse(" 1e-6\n")).hasValue(1e-6);
    assertThat(Numbers.parse("-3")).hasValue(-3);
    assertThat(Numbers.parse("NaN").orElseThrow()).isNaN();
    assertThat(Numbers.parse("Infinity")).hasValue(Double.POSITIVE_INFINITY);
    for (String none : new String[] {"", " ", "x", "0,5", "1 2", "--1"}) {
      assertThat(Numbers.parse(none)).as(none).isEmpty();
    }
  }

  @Test
  void doesNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    try {
      for (String tag : new String[] {"tr-TR", "de-DE", "ar-EG", "hi-IN-u-nu-deva"}) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(Numbers.brief(0.5)).isEqualTo("0.5");
        assertThat(Numbers.exact(1e-6)).isEqualTo("1e-6");
      }
    } finally {
      Locale.setDefault(before);
    }
  }
}
