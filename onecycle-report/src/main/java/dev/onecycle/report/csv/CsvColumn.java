package dev.onecycle.report.csv;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a column of a log may hold, by the names that programs give it; where several are there, the
 * first named here counts, so that a {@code loss} beside a {@code train_loss} is passed over.
 */
enum CsvColumn {
  STEP("step", "iteration", "iter"),
  /** Of our own {@code epochs.csv}: how many steps were taken, one more than the last one. */
  STEPS("steps"),
  LEARNING_RATE("learning_rate", "lr"),
  MOMENTUM("momentum"),
  TRAIN_LOSS("train_loss", "train", "loss"),
  VALIDATION_LOSS("validation_loss", "evaluation_loss", "val_loss", "valid_loss", "test_loss"),
  ACCURACY("val_accuracy", "test_accuracy", "accuracy");

  private final List<String> names;

  CsvColumn(String... names) {
    this.names = List.of(names);
  }

  /** Where it is in a header; -1 where it is not. */
  int in(List<String> header) {
    List<String> plain = header.stream().map(CsvColumn::plain).toList();
    return names.stream()
        .mapToInt(name -> plain.indexOf(plain(name)))
        .filter(index -> index >= 0)
        .findFirst()
        .orElse(-1);
  }

  /** Spaces, underscores and case do not matter. */
  private static String plain(String name) {
    return name.replaceAll("[\\s_]", "").toLowerCase(Locale.ROOT);
  }

  /** The names of one, for messages: "step, iteration or iter". */
  String understood() {
    String all = String.join(", ", names);
    int last = all.lastIndexOf(", ");
    return last < 0 ? all : all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /** Those of all curves, for messages. */
  static String curves() {
    return Arrays.stream(values())
        .filter(c -> c != STEP && c != STEPS)
        .flatMap(c -> c.names.stream())
        .collect(Collectors.joining(", "));
  }
}
