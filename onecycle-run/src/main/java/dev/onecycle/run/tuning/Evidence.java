package dev.onecycle.run.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Sweep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the settings of a run rest on: kept with the run, so that its report can show it.
 *
 * @param range the range tests that its peak rate was read from, where it was
 * @param sweeps those that chose its other hyper-parameters, in order
 */
public record Evidence(Optional<RangeSummary> range, List<Sweep> sweeps) {
  /** The file's name in the folder of a run. */
  public static final String FILE = "evidence.json";

  /** None: everything was given. */
  public static final Evidence NONE = new Evidence(Optional.empty(), List.of());

  public Evidence {
    sweeps = List.copyOf(sweeps);
  }

  /** Range tests alone. */
  public static Evidence of(RangeSummary range) {
    return new Evidence(Optional.of(range), List.of());
  }

  /** What a tuning run chose by. */
  public static Evidence of(TuningOutcome outcome) {
    return new Evidence(Optional.of(outcome.range()), outcome.sweeps());
  }

  /** A sweep, and the range tests of what it chose. */
  public static Evidence of(Sweep sweep) {
    return new Evidence(sweep.chosen().map(Candidate::test), List.of(sweep));
  }

  /** Whether there is nothing to show. */
  public boolean none() {
    return range.isEmpty() && sweeps.isEmpty();
  }

  /** This and what another brings besides; the range tests of this come first. */
  public Evidence and(Evidence other) {
    List<Sweep> all = new ArrayList<>(sweeps);
    other.sweeps.stream().filter(sweep -> !all.contains(sweep)).forEach(all::add);
    return new Evidence(range.or(() -> other.range), all);
  }

  /** What a run's folder keeps; none where it keeps nothing. */
  public static Evidence ofRun(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.exists(file) ? JsonFile.read(file, Evidence.class, "the evidence of a run") : NONE;
  }

  /**
   * Reads the result of {@code find-lr} or {@code sweep}, or the folder of {@code tune}.
   *
   * @throws BadDataException where it cannot be read or is none of these
   */
  public static Evidence read(Path path) {
    if (Files.isDirectory(path)) {
      return TuningJournal.outcome(path)
          .map(Evidence::of)
          .orElseThrow(
              () ->
                  new BadDataException(
                      path.resolve(TuningJournal.FILE)
                          + " holds no result yet; let onecycle tune come to its end"));
    }
    String what = "the result of onecycle find-lr or sweep";
    // Both keep their evidence under one name; a sweep has candidates, range tests have runs.
    Result result = JsonFile.read(path, Result.class, what);
    return result.result().has("candidates")
        ? of(JsonFile.value(result.result(), Sweep.class, path + ""))
        : of(JsonFile.value(result.result(), RangeSummary.class, path + ""));
  }

  private record Result(JsonNode result) {}
}
