package dev.onecycle.cli.console;

import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.util.Map;
import java.util.stream.Collectors;

/** The recall of classes in a line: the lowest first. */
public final class Recalls {
  private static final int MAX_CLASSES = 10;

  private Recalls() {}

  /**
   * The mean and the lowest recalls.
   *
   * @param byClass shares in [0, 1] by class name, at least one
   */
  public static String line(Map<String, Double> byClass) {
    double mean = byClass.values().stream().mapToDouble(share -> share).average().orElseThrow();
    String first = Numbers.format("Balanced accuracy %.2f %%; recall: ", 100 * mean);
    String lowest =
        byClass.entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .limit(MAX_CLASSES)
            .map(e -> Numbers.format("%s %.1f %%", Texts.clean(e.getKey()), 100 * e.getValue()))
            .collect(Collectors.joining(", "));
    int others = byClass.size() - MAX_CLASSES;
    return first + lowest + (others > 0 ? Numbers.format(" and %,d higher", others) : "");
  }
}
