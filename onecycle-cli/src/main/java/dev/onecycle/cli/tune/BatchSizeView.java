package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.Table;
import dev.onecycle.text.Bytes;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchTrial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows what a search for a batch size has come to. */
final class BatchSizeView {
  private BatchSizeView() {}

  /** A trial, as it is made. */
  static void say(Console console, BatchTrial trial) {
    console.progress(
        Numbers.format(
            "batch size %d: %s",
            trial.size(), trial.fits() ? memory(trial) + ", " + speed(trial) : trial.remark()));
  }

  /** A table of the sizes, and why no larger one. */
  static void show(Console console, BatchSizeResult result) {
    Table table = new Table("batch size", "memory", "images/s", "updates", "");
    for (BatchTrial trial : result.trials()) {
      String remark =
          trial.size() == result.largest() && trial.size() == result.knee()
              ? "<- largest, knee"
              : trial.size() == result.largest()
                  ? "<- largest"
                  : trial.size() == result.knee() ? "<- knee" : trial.remark();
      table.row(
          Integer.toString(trial.size()),
          memory(trial),
          speed(trial).replace(" images/s", ""),
          Numbers.format("%,d", result.search().updates(trial.size())),
          remark);
    }
    table.lines().forEach(console::say);
    if (result.search().budgetBytes().isPresent()) {
      console.say("  within a budget of " + Bytes.text(result.search().budgetBytes().getAsLong()));
    }
    console.say(result.explanation());
  }

  private static String memory(BatchTrial trial) {
    return trial.peakBytes().isPresent() ? Bytes.text(trial.peakBytes().getAsLong()) : "-";
  }

  private static String speed(BatchTrial trial) {
    return trial.samplesPerSecond().isPresent()
        ? Numbers.format("%,.0f images/s", trial.samplesPerSecond().getAsDouble())
        : "-";
  }

  /** The trials by name, for JSON. */
  static List<Map<String, Object>> record(BatchSizeResult result) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (BatchTrial trial : result.trials()) {
      Map<String, Object> record = new LinkedHashMap<>();
      record.put("batch_size", trial.size());
      record.put("fits", trial.fits());
      trial.peakBytes().ifPresent(bytes -> record.put("peak_bytes", bytes));
      trial.samplesPerSecond().ifPresent(speed -> record.put("samples_per_second", speed));
      record.put("updates", result.search().updates(trial.size()));
      record.put("remark", trial.remark());
      records.add(record);
    }
    return records;
  }
}
