package dev.onecycle.bench.suggestion;

import dev.onecycle.bench.suggestion.Measured.Cycle;
import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.text.Numbers;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The accuracy of short cycles over their peak rate, beside the rates that a range test reads. */
@Command(
    name = "suggestions",
    description = "Accuracy at the range test's suggestions and other peak rates, by setting.",
    mixinStandardHelpOptions = true)
public final class SuggestionsBench implements Callable<Integer> {
  /** So many places are added where the best rate lies at an end of the grid. */
  private static final int MOST_MORE = 4;

  @Parameters(paramLabel = "CIFAR10", description = "CIFAR-10, as for train.")
  String cifar = "cifar10";

  @Option(
      names = "--photos",
      paramLabel = "FOLDER",
      description = "train/ and test/ of 180 photos in three classes each; else left out.")
  @Nullable String photos;

  @Option(names = "--only", split = ",", description = "Settings by name. Default: all.")
  List<String> only = Setting.all().stream().map(Setting::name).toList();

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "0,1",
      description = "Of the cycles. Default: ${DEFAULT-VALUE}.")
  List<Long> seeds = List.of(0L, 1L);

  @Option(
      names = "--range-seeds",
      split = ",",
      defaultValue = "0,1,2",
      description = "Of the range tests. Default: ${DEFAULT-VALUE}.")
  List<Long> rangeSeeds = List.of(0L, 1L, 2L);

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "suggestions.jsonl",
      description = "Results, one a line; what it holds is not measured again.")
  Path out = Path.of("suggestions.jsonl");

  @Option(
      names = "--tables-only",
      description = "Train nothing; print the tables of the results that the file holds.")
  boolean tablesOnly;

  @Option(names = "--threads", defaultValue = "0", description = "Default: one for each core.")
  int threads;

  private final Map<String, DataSplits> opened = new HashMap<>();

  @Override
  public Integer call() {
    MeasuredFile file = new MeasuredFile(out);
    List<Setting> settings =
        only.stream()
            .map(Setting::byName)
            .filter(
                setting ->
                    tablesOnly || photos != null || setting.source() != Setting.Source.PHOTOS)
            .toList();
    if (!tablesOnly) {
      settings.forEach(setting -> measure(trial(setting), file));
    }
    SuggestionTables.readings(settings, file).forEach(System.out::println);
    System.out.println();
    SuggestionTables.costs(settings, file).forEach(System.out::println);
    return 0;
  }

  private Trial trial(Setting setting) {
    DataSplits all = images(setting);
    return new Trial(
        setting, setting.train().of(all.train()), setting.test().of(all.evaluation()), threads);
  }

  /** Takes the results of a setting that the file does not hold yet. */
  void measure(Trial trial, MeasuredFile file) {
    Setting setting = trial.setting();
    for (long seed : rangeSeeds) {
      if (!file.ranges(setting).containsKey(seed)) {
        file.add(Measured.of(setting, seed, trial.range(seed)));
        System.err.println(setting.name() + ", seed " + seed + ": range test");
      }
    }
    if (setting.unlearnable()) {
      return;
    }
    PeakGrid.places(setting.settings().optimizer(), file.readings(setting))
        .forEach(place -> cycles(trial, place, file));
    // The best rate must not lie at an end of the grid.
    for (int more = 0; more < MOST_MORE; more++) {
      TreeMap<Integer, Double> means = file.accuracies(setting);
      int best = Collections.max(means.entrySet(), Map.Entry.comparingByValue()).getKey();
      if (best == means.firstKey()) {
        cycles(trial, best - 1, file);
      } else if (best == means.lastKey()) {
        cycles(trial, best + 1, file);
      }
    }
  }

  private void cycles(Trial trial, int place, MeasuredFile file) {
    Setting setting = trial.setting();
    for (long seed : seeds) {
      if (file.cycles(setting).stream()
          .anyMatch(done -> done.seed() == seed && PeakGrid.place(peak(done)) == place)) {
        continue;
      }
      Cycle cycle = trial.cycle(PeakGrid.rate(place), seed);
      file.add(Measured.of(setting, seed, cycle));
      System.err.println(
          Numbers.format(
              "%s, seed %d, peak %s: %.2f %%, loss %.3f%s, %.0f s",
              setting.name(),
              seed,
              Numbers.brief(cycle.peak()),
              100 * cycle.accuracy(),
              cycle.loss(),
              cycle.diverged() ? ", diverged" : "",
              cycle.seconds()));
    }
  }

  private static double peak(Measured cycle) {
    return cycle.cycle().orElseThrow().peak();
  }

  private DataSplits images(Setting setting) {
    String location =
        switch (setting.source()) {
          case CIFAR10 -> cifar;
          case PHOTOS -> String.valueOf(photos);
          case SHAPES -> "shapes";
        };
    return opened.computeIfAbsent(
        location + " " + setting.side(),
        key -> Datasets.open(location, DataOptions.defaults().withImageSize(setting.side())));
  }
}
