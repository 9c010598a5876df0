package dev.onecycle.run.files;

import dev.onecycle.error.IoErrors;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
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

  /** Epochs, as in {@code epochs.csv}: without an evaluation, three cells are empty. */
  public static final CsvTable<EpochRecord> EPOCHS =
      new CsvTable<>(
          "epoch,steps,train_loss,evaluation_loss,accuracy,images_per_second,train_seconds,"
              + "evaluation_seconds",
          CsvTable::cells,
          CsvTable::epoch);

  private final String header;
  private final Function<T, Stream<Object>> cells;
  private final Function<String[], T> reader;

  private CsvTable(String header, Function<T, Stream<Object>> cells, Function<String[], T> reader) {
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
        CsvTable::step);
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

  private static Stream<Object> cells(EpochRecord epoch) {
    Optional<Evaluated> evaluated = epoch.evaluated();
    return Stream.of(
        epoch.epoch(),
        epoch.steps(),
        epoch.trainLoss(),
        cell(evaluated.map(Evaluated::loss)),
        cell(evaluated.map(Evaluated::accuracy)),
        epoch.imagesPerSecond(),
        epoch.trainSeconds(),
        cell(evaluated.map(Evaluated::seconds)));
  }

  private static Object cell(Optional<Double> value) {
    return value.isPresent() ? value.get() : "";
  }

  private static EpochRecord epoch(String[] cells) {
    boolean evaluated = !(cells[3].isEmpty() && cells[4].isEmpty() && cells[7].isEmpty());
    return new EpochRecord(
        Integer.parseInt(cells[0]),
        Long.parseLong(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[5]),
        Double.parseDouble(cells[6]),
        evaluated
            ? Optional.of(
                new Evaluated(
                    Double.parseDouble(cells[3]),
                    Double.parseDouble(cells[4]),
                    Double.parseDouble(cells[7])))
            : Optional.empty());
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
    try {
      return Optional.of(reader.apply(line.split(",", -1)));
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
      nextLine(lines); // the header
      for (String line = nextLine(lines); line != null; line = nextLine(lines)) {
        Optional<T> row = line.endsWith("\n") ? parse(line.strip()) : Optional.empty();
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
