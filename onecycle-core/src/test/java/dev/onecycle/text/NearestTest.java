package dev.onecycle.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  private static final List<String> NAMES = List.of("data", "batch_size", "epochs", "max_lr");

  @Test
  void theNameWithTheFewestLettersToChange() {
    assertThat(Nearest.to("bach-size", NAMES)).hasValue("batch_size");
    assertThat(Nearest.to("epoch", NAMES)).hasValue("epochs");
    assertThat(Nearest.to("lr", List.of("lx", "ly"))).hasValue("lx");
  }

  @Test
  void noneWhereMoreThanHalfOfTheLettersWouldChange() {
    assertThat(Nearest.to("out", NAMES)).isEmpty(); // three of "data"
    assertThat(Nearest.to("max", NAMES)).hasValue("max_lr"); // three of six
    assertThat(Nearest.to("", NAMES)).isEmpty();
  }

  @Test
  void noneForAWordThatIsFarLongerThanAnyName() {
    assertThat(Nearest.to("x".repeat(5_000_000), NAMES)).isEmpty();
  }
}
