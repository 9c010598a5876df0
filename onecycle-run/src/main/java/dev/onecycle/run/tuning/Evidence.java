package dev.onecycle.run.tuning;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The evidence for the settings of a run: kept in its folder, so that its report can show it.
 *
 * @param range the range tests that the peak rate was read from; empty where it was given
 * @param sweeps that chose the other hyper-parameters, in order
 */
public record Evidence(
    @JsonProperty("range") Optional<RangeSummary> range,
    @JsonProperty("sweeps") List<Sweep> sweeps) {
  /** The file's name in the folder of a run. */
  public static final String FILE = "evidence.json";

  /** No evidence: every setting was given. */
  public static final Evidence NONE = new Evidence(Optional.empty(), List.of());

  public Evidence {
    sweeps = List.copyOf(sweeps);
  }

  /** The evidence of range tests alone. */
  public static Evidence of(RangeSummary range) {
    return new Evidence(Optional.of(range), List.of());
  }

  /** The evidence of a tuning run. */
  public static Evidence of(TuningResult result) {
    return new Evidence(Optional.of(result.range()), result.sweeps());
  }

  /** The evidence of a sweep, with the range tests of the chosen value. */
  public static Evidence of(Sweep sweep) {
    return new Evidence(sweep.chosen().map(Candidate::test), List.of(sweep));
  }

  /** Whether there is nothing to show. */
  public boolean none() {
    return range.isEmpty() && sweeps.isEmpty();
  }

  /** Both together: the range tests of this, or else of the other, and the sweeps of both. */
  public Evidence and(Evidence other) {
    List<Sweep> all = new ArrayList<>(sweeps);
    other.sweeps.stream().filter(sweep -> !all.contains(sweep)).forEach(all::add);
    return new Evidence(range.or(() -> other.range), all);
  }

  /** The evidence in a run's folder; none where it has none. */
  public static Evidence ofRun(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.exists(file) ? JsonFile.read(file, Evidence.class, "the evidence of a run") : NONE;
  }

  /**
   * Reads the file of a {@link FoundRate}, or the folder of a tuning run.
   *
   * @throws BadDataException where it cannot be read, or is neither
   */
  public static Evidence read(Path path) {
    if (!Files.isDirectory(path)) {
      return FoundRate.read(path).evidence();
    }
    return TuningJournal.result(path)
        .map(Evidence::of)
        .orElseThrow(
            () ->
                new BadDataException(
                    path.resolve(TuningJournal.FILE)
                        + " holds no result yet; resume the tuning to its end"));
  }
}
