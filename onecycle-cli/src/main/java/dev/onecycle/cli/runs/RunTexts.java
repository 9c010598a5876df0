package dev.onecycle.cli.runs;

import dev.onecycle.record.Measure;
import dev.onecycle.run.RunEntry;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Numbers;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What is known of a run, as texts and as values of JSON; an unknown value is left out. */
final class RunTexts {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

  private RunTexts() {}

  /** A time in the zone of this machine, to the minute. */
  static String minute(Instant time) {
    return MINUTE.format(time.atZone(ZoneId.systemDefault()));
  }

  /** A value of a run's measure: a share in percent, any other with the measure's title. */
  static String value(RunEntry run, OptionalDouble value) {
    if (run.measure().isEmpty() || value.isEmpty()) {
      return "";
    }
    Measure measure = run.measure().get();
    String text = measure.text(value.getAsDouble());
    return measure.equals(Measure.ACCURACY) ? text : measure.title() + " " + text;
  }

  /** The epochs done, of those planned where there are more. */
  static String epochs(RunEntry run) {
    int done = run.epochs().size();
    boolean fewer = run.plannedEpochs().isPresent() && run.plannedEpochs().getAsInt() != done;
    return fewer ? done + " of " + run.plannedEpochs().getAsInt() : Integer.toString(done);
  }

  static String peak(RunEntry run) {
    return run.peak().isPresent() ? Numbers.brief(run.peak().getAsDouble()) : "";
  }

  static String time(RunEntry run) {
    return run.epochs().isEmpty() ? "" : Numbers.duration(run.trainSeconds());
  }

  static Map<String, Object> json(RunEntry run) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", run.name());
    json.put("run_dir", run.folder().toString());
    json.put("state", run.state().text());
    run.problem().ifPresent(problem -> json.put("problem", problem));
    run.started().ifPresent(time -> json.put("started", time.toString()));
    run.ended().ifPresent(time -> json.put("ended", time.toString()));
    run.record()
        .ifPresent(
            record -> {
              json.put("data", run.data());
              json.put("model", run.model());
              json.put("policy", record.policy().name());
              json.put("evaluated_on", record.data().evaluationName());
              json.put("measure", record.task().judge().name());
            });
    put(json, "value", run.value());
    put(json, "best_value", run.bestValue());
    put(json, "loss", run.evaluationLoss());
    put(json, "learning_rate", run.peak());
    json.put("epochs", run.epochs().size());
    run.plannedEpochs().ifPresent(planned -> json.put("planned_epochs", planned));
    json.put("train_seconds", run.trainSeconds());
    return json;
  }

  /** As {@link #json(RunEntry)}, with the settings and everything else that one run has. */
  static Map<String, Object> whole(RunEntry run) {
    Map<String, Object> json = json(run);
    run.record()
        .ifPresent(
            (RunRecord record) -> {
              json.put("learning_rate_source", record.learningRateSource());
              json.put("policy_description", record.policy().description());
              json.put("steps", record.policy().steps());
              json.put("command", record.command());
              json.put("settings", record.settings());
              json.put("conditions", record.conditions().byName());
              json.put("environment", environment(record));
            });
    return json;
  }

  /** Names of versions in the case of all names. */
  private static Map<String, String> environment(RunRecord record) {
    Map<String, String> environment = new LinkedHashMap<>();
    record.environment().forEach((name, value) -> environment.put(name.replace(' ', '_'), value));
    return environment;
  }

  private static void put(Map<String, Object> json, String name, OptionalDouble value) {
    if (value.isPresent()) {
      json.put(name, value.getAsDouble());
    }
  }
}
