package dev.onecycle.report.compare;

import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.OptionalDouble;

/** The table of results; unknown values are blank. */
public final class ResultTable {
  /** The headings of the cells. */
  public static final List<String> HEADINGS =
      List.of(
          "accuracy, %",
          "95 % interval",
          "best, %",
          "validation loss",
          "training loss",
          "epochs",
          "images/s",
          "training, s",
          "status");

  private ResultTable() {}

  /** The cells of one run, one for each heading. */
  public static List<String> cells(RunResult result) {
    return List.of(
        text("%.2f", result.accuracy()),
        result
            .interval()
            .map(i -> Numbers.format("%.1f to %.1f", 100 * i.low(), 100 * i.high()))
            .orElse(""),
        text("%.2f", result.bestAccuracy()),
        text("%.4f", result.validationLoss()),
        text("%.4f", result.trainLoss()),
        result.epochs() == 0 ? "" : Integer.toString(result.epochs()),
        text("%,.0f", result.imagesPerSecond()),
        text("%,.0f", result.trainSeconds()),
        result.status());
  }

  private static String text(String format, OptionalDouble value) {
    return value.isPresent() ? Numbers.format(format, value.getAsDouble()) : "";
  }
}
