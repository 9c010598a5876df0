package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BarTextTest {
  private static final String MESSAGE = "loss 1.234  rate 0.05976  momentum 0.931";

  private static String line(int width) {
    return BarText.line("epoch 3/8", 2880, 6000, " images", 12.4, MESSAGE, width, true);
  }

  @Test
  void everythingIsWholeAt80Columns() {
    assertThat(line(79))
        .isEqualTo(
            "epoch 3/8  48 % │█████████          │ 2,880/6,000 images  0:12 left  loss 1.234")
        .hasSizeLessThanOrEqualTo(79);
  }

  @Test
  void aWideTerminalShowsTheWholeMessage() {
    assertThat(line(120)).endsWith("0:12 left  " + MESSAGE).hasSizeLessThanOrEqualTo(120);
  }

  @Test
  void noLineIsLongerThanTheTerminalAndCountsStayWhole() {
    for (int width = 50; width <= 200; width++) {
      assertThat(line(width)).contains("2,880/6,000 images  0:12 left").hasSizeLessThan(width + 1);
    }
    assertThat(line(20)).hasSize(20).endsWith("…");
  }

  /** The last batch of an epoch may be larger than the rest of its images. */
  @Test
  void countsDoNotExceedTheTotal() {
    assertThat(BarText.line("epoch 1/1", 6016, 6000, " images", 0, "", 79, false))
        .startsWith("epoch 1/1 100 % [====")
        .contains("6,000/6,000 images");
  }

  @Test
  void anUnknownTotalHasNoBar() {
    assertThat(BarText.line("reading", 1200, -1, "", Double.NaN, "", 79, true))
        .isEqualTo("reading  1,200");
  }

  @Test
  void timesHaveHoursIfNeeded() {
    assertThat(BarText.time(7)).isEqualTo("0:07");
    assertThat(BarText.time(750)).isEqualTo("12:30");
    assertThat(BarText.time(3723)).isEqualTo("1:02:03");
  }
}
