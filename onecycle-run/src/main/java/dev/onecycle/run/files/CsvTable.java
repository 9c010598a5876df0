package dev.onecycle.run.files;

import dev.onecycle.error.IoErrors;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.record.StepRecord;
import dev.onecycle.text.Numbers;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The CSV form of a kind of record: a header line, then a line of numbers for each. Numbers read
 * back to the same bits.
 */
public final class CsvTable<T> {
  /** Steps, as in {@code steps.csv}; columns after these are not read. */
  public static final CsvTable<StepRecord> STEPS = steps(Map.of());

  private static final String BEFORE_METRICS = "epoch,steps,train_loss,evaluation_loss,";
  private static final String AFTER_METRICS = "samples_per_second,train_seconds,evaluation_seconds";

  /**
   * Epochs of a network that classifies, as in {@code epochs.csv}: without an evaluation, three
   * cells are empty. Reads those with other metrics too, whose names stand in the header.
   */
  public static final CsvTable<EpochRecord> EPOCHS = epochs(List.of(Measure.ACCURACY));

  private final String header;
  private final Function<T, Stream<Object>> cells;
  private final Reading<T> reader;

  /** Reads a record from its cells, by the header of its file. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(String header, String[] cells);
  }

  private CsvTable(String header, Function<T, Stream<Object>> cells, Reading<T> reader) {
    this.header = header;
    this.cells = cells;
    this.reader = reader;
  }

  /**
   * Steps with further columns, each of the learning rate times a factor.
   *
   * @param factors by name of the column, in their order
   */
  public static CsvTable<StepRecord> steps(Map<String, Double> factors) {
    return new CsvTable<>(
        Stream.concat(
                Stream.of("step,epoch,learning_rate,momentum,loss"), factors.keySet().stream())
            .collect(Collectors.joining(",")),
        step ->
            Stream.concat(
                cells(step), factors.values().stream().map(factor -> factor * step.learningRate())),
        (header, line) -> step(line));
  }

  /** Epochs with a column for each metric; the loss has one of its own. */
  public static CsvTable<EpochRecord> epochs(List<Measure> metrics) {
    List<String> names =
        metrics.stream().map(Measure::name).filter(n -> !n.equals(Measure.LOSS.name())).toList();
    String columns = names.stream().map(name -> name + ",").collect(Collectors.joining());
    return new CsvTable<>(
        BEFORE_METRICS + columns + AFTER_METRICS, epoch -> cells(epoch, names), CsvTable::epoch);
  }

  private static Stream<Object> cells(StepRecord step) {
    return Stream.of(step.step(), step.epoch(), step.learningRate(), step.momentum(), step.loss());
  }

  private static StepRecord step(String[] cells) {
    return new StepRecord(
        Long.parseLong(cells[0]),
        Integer.parseInt(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]));
  }

  private static Stream<Object> cells(EpochRecord epoch, List<String> metrics) {
    Optional<Evaluated> evaluated = epoch.evaluated();
    List<Object> cells = new ArrayList<>();
    cells.add(epoch.epoch());
    cells.add(epoch.steps());
    cells.add(epoch.trainLoss());
    cells.add(cell(evaluated.map(Evaluated::loss)));
    for (String metric : metrics) {
      cells.add(cell(evaluated.map(e -> e.metrics().getOrDefault(metric, Double.NaN))));
    }
    cells.add(epoch.samplesPerSecond());
    cells.add(epoch.trainSeconds());
    cells.add(cell(evaluated.map(Evaluated::seconds)));
    return cells.stream();
  }

  private static Object cell(Optional<Double> value) {
    return value.isPresent() ? value.get() : "";
  }

  private static EpochRecord epoch(String header, String[] cells) {
    String[] names = header.split(",", -1);
    int speed = names.length - 3;
    boolean evaluated = !cells[names.length - 1].isEmpty();
    for (int i = 3; i < speed; i++) {
      evaluated |= !cells[i].isEmpty();
    }
    Optional<Evaluated> evaluation = Optional.empty();
    if (evaluated) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      for (int i = 4; i < speed; i++) {
        metrics.put(names[i], Double.parseDouble(cells[i]));
      }
      evaluation =
          Optional.of(
              new Evaluated(
                  Double.parseDouble(cells[3]), metrics, Double.parseDouble(cells[speed + 2])));
    }
    return new EpochRecord(
        Integer.parseInt(cells[0]),
        Long.parseLong(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[speed]),
        Double.parseDouble(cells[speed + 1]),
        evaluation);
  }

  /** The line of a record, without its end. */
  public String line(T row) {
    return cells.apply(row).map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The text of a file: the header and a line for each record. */
  public String text(List<T> rows) {
    return header + "\n" + rows.stream().map(row -> line(row) + "\n").collect(Collectors.joining());
  }

  /**
   * The record of a line; empty where it has too few cells, or a cell is no number, or an
   * evaluation has only a part of its cells.
   */
  Optional<T> parse(String line) {
    return parse(header, line);
  }

  Optional<T> parse(String columns, String line) {
    try {
      return Optional.of(reader.of(columns, line.split(",", -1)));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty(); // counted by the caller, who says so
    }
  }

  /**
   * The rows of a file that may still be written, or whose writer was killed.
   *
   * @param rows that are whole
   * @param notes sentences about the lines that are not
   */
  public record Rows<T>(List<T> rows, List<String> notes) {}

  /** Reads the rows of a file below its header; a file that is absent has none. */
  public Rows<T> read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      return new Rows<>(List.of(), List.of(name + " is missing"));
    }
    List<T> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    long unreadable = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(file.toFile()), StandardCharsets.UTF_8))) {
      String first = nextLine(lines);
      String columns = columns(first == null ? "" : first.strip());
      for (String line = nextLine(lines); line != null; line = nextLine(lines)) {
        Optional<T> row = line.endsWith("\n") ? parse(columns, line.strip()) : Optional.empty();
        row.ifPresent(rows::add);
        unreadable += row.isPresent() ? 0 : 1;
      }
    } catch (IOException e) {
      notes.add(name + " cannot be read to its end: " + IoErrors.reason(e));
    }
    if (unreadable > 0) {
      notes.add(
          Numbers.format(
              "%,d %s of %s cannot be understood and %s left out",
              unreadable,
              unreadable == 1 ? "line" : "lines",
              name,
              unreadable == 1 ? "is" : "are"));
    }
    return new Rows<>(rows, notes);
  }

  /** The columns that the first line of a file names; the usual ones where it is no header. */
  String columns(String first) {
    return readable(first) ? first : header;
  }

  /** Whether a header names metrics of its own between the columns that every epoch has. */
  private static boolean readable(String columns) {
    return columns.startsWith(BEFORE_METRICS) && columns.endsWith(AFTER_METRICS);
  }

  /** The next line with its end; without one where the file ends in the middle of it. */
  private static @Nullable String nextLine(Reader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = lines.read();
    while (c >= 0 && c != '\n') {
      line.append((char) c);
      c = lines.read();
    }
    return c >= 0 ? line.append('\n').toString() : line.isEmpty() ? null : line.toString();
  }
}
