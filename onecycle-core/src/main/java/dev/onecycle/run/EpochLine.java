package dev.onecycle.run;

import java.util.OptionalDouble;

/**
 * An epoch as a line of {@code epochs.csv}: numbers that read back to the same bits; the cells of
 * an evaluation that there was not are empty.
 */
final class EpochLine {
  static final String COLUMNS =
      "epoch,steps,train_loss,evaluation_loss,accuracy,images_per_second,train_seconds,"
          + "evaluation_seconds";

  private EpochLine() {}

  static String of(EpochRecord epoch) {
    EpochRecord.Row row = epoch.row();
    return row.epoch()
        + ","
        + row.steps()
        + ","
        + row.trainLoss()
        + ","
        + text(row.evaluationLoss())
        + ","
        + text(row.accuracy())
        + ","
        + row.imagesPerSecond()
        + ","
        + row.trainSeconds()
        + ","
        + text(row.evaluationSeconds());
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
  }

  /**
   * The epoch of a line's cells.
   *
   * @throws NumberFormatException where a cell is no number, or an evaluation is not whole
   */
  static EpochRecord read(String[] cells) {
    boolean evaluated = !(cells[3].isEmpty() && cells[4].isEmpty() && cells[7].isEmpty());
    return EpochRecord.of(
        new EpochRecord.Row(
            Integer.parseInt(cells[0]),
            Long.parseLong(cells[1]),
            Double.parseDouble(cells[2]),
            number(evaluated, cells[3]),
            number(evaluated, cells[4]),
            Double.parseDouble(cells[5]),
            Double.parseDouble(cells[6]),
            number(evaluated, cells[7])));
  }

  private static OptionalDouble number(boolean evaluated, String cell) {
    return evaluated ? OptionalDouble.of(Double.parseDouble(cell)) : OptionalDouble.empty();
  }
}
