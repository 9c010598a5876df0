package dev.onecycle.report.csv;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.StopReason;
import dev.onecycle.report.csv.Csv.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A range test as a CSV file with a row for each step: the columns {@code
 * step,learning_rate,loss,smoothed}, and then {@code
 * momentum,chance_loss,lowest_loss,loss_noise,stop_factor,extended,stopped}, which are the same in
 * every row. A loss may be {@code NaN} or {@code Infinity}; a scale of the loss that is not known
 * is empty.
 *
 * <p>Curves that other programs recorded are read too: a learning rate and a loss are enough.
 */
public final class RangeCsv {
  private static final int MAX_BYTES = 64 << 20;

  /** The columns of the points. */
  static final List<String> COLUMNS = List.of("step", "learning_rate", "loss", "smoothed");

  private static final List<String> OF_TEST =
      List.of(
          "momentum",
          "chance_loss",
          "lowest_loss",
          "loss_noise",
          "stop_factor",
          "extended",
          "stopped");

  private static final List<String> RATES = List.of("learning_rate", "lr", "lrs", "rate");
  private static final List<String> LOSSES = List.of("loss", "losses", "train_loss");

  private RangeCsv() {}

  /**
   * Writes a file, completely or not at all; each number reads back to the same bits, and the whole
   * to the same result.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public static void write(RangeResult result, Path file) {
    List<String> columns = new ArrayList<>(COLUMNS);
    columns.addAll(OF_TEST);
    List<Object> ofTest =
        List.of(
            result.momentum(),
            cell(result, LossScale::chance),
            cell(result, LossScale::lowest),
            cell(result, LossScale::noise),
            result.stop().factor(),
            result.stop().extended(),
            name(result.stop().reason()));
    Csv.write(
        file,
        columns,
        result.points().stream()
            .map(
                point -> {
                  List<Object> cells = new ArrayList<>(cells(point));
                  cells.addAll(ofTest);
                  return cells;
                }));
  }

  private static Object cell(RangeResult result, ToDoubleFunction<LossScale> of) {
    return result.scale().<Object>map(of::applyAsDouble).orElse("");
  }

  static List<Number> cells(RangePoint point) {
    return List.of(point.step(), point.learningRate(), point.loss(), point.smoothed());
  }

  private static String name(StopReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A curve as it was recorded.
   *
   * @param points in order of rising rate
   * @param momentum of the steps
   * @param scale of the loss
   * @param stop the end of the test
   */
  public record Recorded(
      List<RangePoint> points,
      OptionalDouble momentum,
      Optional<LossScale> scale,
      Optional<RangeStop> stop) {
    public Recorded {
      points = List.copyOf(points);
    }
  }

  /**
   * Reads a file that {@link #write} wrote, to the same bits, or a curve from elsewhere: columns
   * learning_rate (or lr, lrs, rate) and loss (or losses, train_loss) in any order among others, or
   * two columns without a header, the rate first. Lines that begin with # are passed over.
   *
   * @throws BadDataException naming the file and the line if it is no such curve
   */
  public static Recorded read(Path file) {
    try (CsvReader rows = new CsvReader(file, MAX_BYTES, "the curve of a range test")) {
      List<Row> all = new ArrayList<>();
      rows.forEachRemaining(
          row -> {
            if (!row.blank() && !row.cells().get(0).startsWith("#")) {
              all.add(row);
            }
          });
      if (all.isEmpty()) {
        throw new BadDataException(
            file + " is empty; a curve has a learning rate and a loss a line");
      }
      Row first = all.get(0);
      boolean headless = first.cells().stream().allMatch(RangeCsv::isNumber);
      if (headless && first.cells().size() != 2) {
        throw first.invalid(
            "a file without a header must have two columns, learning rate and loss, but has "
                + first.cells().size());
      }
      Columns columns =
          headless ? new Columns(2, List.of("learning_rate", "loss")) : Columns.of(first);
      return recorded(columns, headless ? all : all.subList(1, all.size()), file);
    }
  }

  private static boolean isNumber(String cell) {
    try {
      return !Double.isNaN(Double.parseDouble(cell)) || cell.equals("NaN");
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The columns of a file by name. */
  private record Columns(int count, List<String> names) {
    static Columns of(Row header) {
      List<String> names =
          header.cells().stream()
              .map(name -> name.toLowerCase(Locale.ROOT).replace(' ', '_'))
              .toList();
      Columns columns = new Columns(names.size(), names);
      for (List<String> needed : List.of(RATES, LOSSES)) {
        if (columns.index(needed).isEmpty()) {
          throw header.invalid(
              "the header must have a column "
                  + String.join(" or ", needed)
                  + " but was "
                  + String.join(",", header.cells()));
        }
      }
      return columns;
    }

    /** The first column that has one of some names, in their order. */
    Optional<Integer> index(List<String> alternatives) {
      return alternatives.stream().map(names::indexOf).filter(i -> i >= 0).findFirst();
    }
  }

  private static Recorded recorded(Columns columns, List<Row> rows, Path file) {
    if (rows.isEmpty()) {
      throw new BadDataException(file + " has a header but no points");
    }
    double smoothing = 0.98; // as of a range test
    double average = 0;
    List<RangePoint> points = new ArrayList<>();
    for (Row row : rows) {
      if (row.cells().size() != columns.count()) {
        throw row.invalid(
            "expected " + columns.count() + " values but found " + row.cells().size());
      }
      double rate = row.number(columns.index(RATES).orElseThrow(), "learning rate");
      double before = points.isEmpty() ? 0 : points.get(points.size() - 1).learningRate();
      if (!(rate > before && Double.isFinite(rate))) {
        throw row.invalid(
            "the learning rate must be above "
                + (points.isEmpty() ? "0" : before + ", the one before,")
                + " but was "
                + rate);
      }
      double loss = row.number(columns.index(LOSSES).orElseThrow(), "loss");
      average = smoothing * average + (1 - smoothing) * loss;
      double smoothed = average / (1 - Math.pow(smoothing, points.size() + 1));
      Optional<Integer> recorded = columns.index(List.of("smoothed"));
      points.add(
          new RangePoint(
              points.size(),
              rate,
              loss,
              recorded.map(i -> row.number(i, "smoothed loss")).orElse(smoothed)));
    }
    return new Recorded(
        points,
        constant(columns, rows, "momentum"),
        scale(columns, rows),
        stop(columns, rows.get(rows.size() - 1)));
  }

  /** A value of the whole test, in its last row. */
  private static OptionalDouble constant(Columns columns, List<Row> rows, String name) {
    Row last = rows.get(rows.size() - 1);
    return columns
        .index(List.of(name))
        .filter(i -> !last.cells().get(i).isEmpty())
        .map(i -> last.number(i, name.replace('_', ' ')))
        .filter(value -> !Double.isNaN(value))
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }

  private static Optional<LossScale> scale(Columns columns, List<Row> rows) {
    OptionalDouble chance = constant(columns, rows, "chance_loss");
    if (chance.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LossScale(
              chance.getAsDouble(),
              constant(columns, rows, "lowest_loss").orElse(0),
              constant(columns, rows, "loss_noise").orElse(0)));
    } catch (InvalidValueException e) {
      throw rows.get(rows.size() - 1).invalid(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<RangeStop> stop(Columns columns, Row last) {
    Optional<String> reason = text(columns, last, "stopped");
    if (reason.isEmpty()) {
      return Optional.empty();
    }
    RangeStop standard = RangeStop.of(reason(last, reason.get()));
    OptionalDouble factor = constant(columns, List.of(last), "stop_factor");
    boolean extended = text(columns, last, "extended").filter("true"::equals).isPresent();
    return Optional.of(
        new RangeStop(standard.reason(), factor.orElse(standard.factor()), extended));
  }

  private static Optional<String> text(Columns columns, Row row, String name) {
    return columns.index(List.of(name)).map(row.cells()::get).filter(cell -> !cell.isEmpty());
  }

  private static StopReason reason(Row row, String text) {
    return Arrays.stream(StopReason.values())
        .filter(reason -> name(reason).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                row.invalid(
                    "stopped must be one of "
                        + Arrays.stream(StopReason.values())
                            .map(RangeCsv::name)
                            .collect(Collectors.joining(", "))
                        + " but was "
                        + text));
  }
}
