package dev.onecycle.report.csv;

import dev.onecycle.report.figures.RunCurves.Quantity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a log, with the names that other programs give them.
 *
 * <p>If several names of a column are in a header, the first in the list here counts. So a {@code
 * loss} beside a {@code train_loss} is ignored.
 */
enum LogColumn {
  STEP(null, "step", "iteration", "iter"),
  /** The number of steps so far, one more than the step itself; used in {@code epochs.csv}. */
  STEPS(null, "steps"),
  LEARNING_RATE(Quantity.LEARNING_RATE, "learning_rate", "lr"),
  MOMENTUM(Quantity.MOMENTUM, "momentum"),
  TRAINING_LOSS(Quantity.TRAINING_LOSS, "train_loss", "train", "loss"),
  VALIDATION_LOSS(
      Quantity.VALIDATION_LOSS,
      "validation_loss",
      "evaluation_loss",
      "val_loss",
      "valid_loss",
      "test_loss"),
  ACCURACY(Quantity.ACCURACY, "val_accuracy", "test_accuracy", "accuracy");

  private final @Nullable Quantity quantity;
  private final List<String> names;

  LogColumn(@Nullable Quantity quantity, String... names) {
    this.quantity = quantity;
    this.names = List.of(names);
  }

  /** The quantity in this column; empty for steps. */
  Optional<Quantity> quantity() {
    return Optional.ofNullable(quantity);
  }

  /** The title of this column, for messages. */
  String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The index of this column in a header; -1 if it is absent. */
  int indexIn(List<String> header) {
    List<String> plain = header.stream().map(LogColumn::plain).toList();
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

  /** The names of this column, for messages: "step, iteration or iter". */
  String alternatives() {
    String all = String.join(", ", names);
    int last = all.lastIndexOf(", ");
    return last < 0 ? all : all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /** The names of all columns with a curve, for messages. */
  static String curveNames() {
    return Arrays.stream(values())
        .filter(column -> column.quantity != null)
        .flatMap(column -> column.names.stream())
        .collect(Collectors.joining(", "));
  }
}
