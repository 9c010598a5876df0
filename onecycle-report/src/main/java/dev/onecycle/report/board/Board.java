package dev.onecycle.report.board;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.error.BadDataException;
import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.figures.ComparisonFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.page.BoardPage;
import dev.onecycle.report.page.ComparisonReport;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunCatalog;
import dev.onecycle.run.RunEntry;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
import dev.onecycle.text.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the board of a folder of runs answers: its page, the list of runs, the curves of some, and
 * the report of one.
 *
 * <p>Runs are asked for by identifiers that the list has, never by paths. Everything is made from
 * the records of runs; no file is given out as it is. Safe for several threads.
 */
public final class Board {
  /** Runs whose curves can be laid over each other. */
  public static final int MAX_COMPARED = 10;

  /** Characters of a run's identifier. */
  private static final int ID = 16;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Map<String, WatchedRun> runs = new LinkedHashMap<>();

  /** Runs whose curves are kept in memory, the last asked for at the end. */
  private final List<WatchedRun> followed = new ArrayList<>();

  /** A part of the answer, whose version tells whether it has changed. */
  private record Versioned(String version, Map<String, Object> values) {}

  /** A board over the runs in a folder. */
  public Board(Path folder) {
    this.folder = folder;
  }

  /** The page, which asks for the rest. */
  public String page() {
    return BoardPage.html(folder.toString(), MAX_COMPARED);
  }

  /**
   * The list of runs as JSON; empty where it is still as the asker knows it.
   *
   * @param known version that the asker has; empty for none
   * @throws BadDataException where the folder cannot be read
   */
  public synchronized Optional<byte[]> runs(String known) {
    List<Map<String, Object>> list = new ArrayList<>();
    watched().forEach((id, run) -> list.add(values(id, run.entry())));
    return json(known, Map.of("runs", list));
  }

  /**
   * Figures over some runs, and the settings that differ between them, as JSON; empty where they
   * are still as the asker knows them.
   *
   * @param ids of runs; unknown ones are left out, as are those that cannot be read
   * @param known version that the asker has; empty for none
   */
  public synchronized Optional<byte[]> comparison(List<String> ids, String known) {
    Map<String, WatchedRun> all = watched();
    List<String> found = new ArrayList<>();
    List<RunHistory> histories = new ArrayList<>();
    for (String id : ids.stream().distinct().limit(MAX_COMPARED).toList()) {
      WatchedRun run = all.get(id);
      Optional<RunHistory> history = run == null ? Optional.empty() : run.history();
      if (run != null && history.isPresent()) {
        follow(run);
        found.add(id);
        histories.add(history.get());
      }
    }
    return json(known, histories.isEmpty() ? Map.of() : values(found, histories));
  }

  /**
   * The report of a run, made from its present record; empty where no run has the identifier.
   *
   * @throws BadDataException where its record cannot be read
   */
  public Optional<String> report(String id) {
    Path run;
    synchronized (this) {
      WatchedRun watched = watched().get(id);
      if (watched == null) {
        return Optional.empty();
      }
      run = watched.folder();
    }
    return Optional.of(RunReport.read(run).html());
  }

  private Map<String, WatchedRun> watched() {
    Map<String, WatchedRun> now = new LinkedHashMap<>();
    RunCatalog.folders(folder)
        .forEach(
            (name, path) -> {
              String id = Sha256.of(name).substring(0, ID);
              WatchedRun known = runs.get(id);
              boolean same = known != null && known.name().equals(name);
              now.put(id, same ? known : new WatchedRun(name, path));
            });
    runs.clear();
    runs.putAll(now);
    return now;
  }

  private void follow(WatchedRun run) {
    followed.remove(run);
    followed.add(run);
    while (followed.size() > 2 * MAX_COMPARED) {
      followed.remove(0).forgetSteps();
    }
  }

  private static Map<String, Object> values(String id, RunEntry run) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("id", id);
    values.put("name", Texts.clean(run.name()));
    values.put("state", run.state().text());
    run.problem().ifPresent(problem -> values.put("problem", Texts.clean(problem)));
    run.started().ifPresent(time -> values.put("started", time.toString()));
    values.put("model", Texts.clean(run.model()));
    values.put("data", Texts.clean(run.data()));
    run.measure()
        .ifPresent(
            measure -> {
              values.put("measure", Texts.clean(measure.title()));
              values.put("better", measure.better() == Measure.Better.HIGHER ? "higher" : "lower");
              value(values, "value", measure, run.value());
              value(values, "best", measure, run.bestValue());
            });
    put(values, "loss", run.evaluationLoss());
    put(values, "peak", run.peak());
    values.put("epochs", run.epochs().size());
    run.plannedEpochs().ifPresent(planned -> values.put("planned", planned));
    values.put("seconds", run.trainSeconds());
    values.put("settings", run.record().map(Board::settings).orElse(Map.of()));
    return values;
  }

  /** A value in the unit in which it is shown, and its text. */
  private static void value(
      Map<String, Object> values, String name, Measure measure, OptionalDouble value) {
    if (value.isPresent()) {
      values.put(name, measure.shown(value.getAsDouble()));
      values.put(name + "Text", measure.text(value.getAsDouble()));
    }
  }

  private static Map<String, Object> settings(RunRecord record) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("policy", record.policy().name());
    record
        .settings()
        .forEach(
            (name, value) ->
                settings.put(
                    Texts.clean(name),
                    Texts.clean(
                        value instanceof Double d ? Numbers.exact(d) : String.valueOf(value))));
    return settings;
  }

  private static Map<String, Object> values(List<String> ids, List<RunHistory> histories) {
    ComparisonReport report = ComparisonReport.of(histories, List.of());
    List<Map<String, Object>> compared = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      Stroke stroke = Palette.stroke(i);
      compared.add(
          Map.of(
              "id", ids.get(i),
              "name", Texts.clean(histories.get(i).name()),
              "colour", stroke.colour(),
              "dashed", !stroke.dash().isEmpty()));
    }
    List<Map<String, Object>> figures = new ArrayList<>();
    Map<String, Figure> all = new LinkedHashMap<>(report.figures());
    all.putAll(metrics(report.curves(), histories));
    all.forEach(
        (name, figure) ->
            figures.add(
                Map.of(
                    "id", name,
                    "title", figure.title(),
                    "note", figure.note(),
                    "data", figure.json())));
    List<Map<String, Object>> differences = new ArrayList<>();
    for (Comparison.Difference difference : report.comparison().differences()) {
      differences.add(
          Map.of(
              "name", Texts.clean(difference.name()),
              "values", difference.values().stream().map(Texts::clean).toList()));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("compared", compared);
    values.put("sentence", Texts.clean(report.sentence()));
    values.put("figures", figures);
    values.put("differences", differences);
    return values;
  }

  /** A figure for each metric of the runs but accuracy and loss, which have their own. */
  private static Map<String, Figure> metrics(List<RunCurves> curves, List<RunHistory> histories) {
    Map<Measure, List<Curve>> byMeasure = new LinkedHashMap<>();
    for (RunHistory history : histories) {
      for (Measure measure : history.record().task().metrics()) {
        if (!measure.equals(Measure.ACCURACY) && !measure.equals(Measure.LOSS)) {
          byMeasure.computeIfAbsent(measure, m -> new ArrayList<>());
        }
      }
    }
    Map<String, Figure> figures = new LinkedHashMap<>();
    byMeasure.forEach(
        (measure, values) -> {
          histories.forEach(history -> values.add(RunCurves.metric(history, measure)));
          figures.put(
              measure.name().replace('_', '-'), ComparisonFigures.metric(curves, values, measure));
        });
    return figures;
  }

  private static void put(Map<String, Object> values, String name, OptionalDouble value) {
    if (value.isPresent()) {
      values.put(name, value.getAsDouble());
    }
  }

  private static Optional<byte[]> json(String known, Map<String, Object> values) {
    Versioned versioned = new Versioned(Sha256.of(bytes(values)), values);
    if (versioned.version.equals(known)) {
      return Optional.empty();
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", versioned.version);
    all.putAll(values);
    return Optional.of(bytes(all));
  }

  private static byte[] bytes(Map<String, Object> values) {
    try {
      return JSON.writeValueAsString(values).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts can always be written", e);
    }
  }
}
