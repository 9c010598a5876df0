package dev.onecycle.run.tuning;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.JsonFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A learning rate that range tests or a sweep have found, with its evidence: the file that {@code
 * find-lr} and {@code sweep} write.
 *
 * @param command the command line that finds it again, word by word
 * @param learningRate the peak rate to train with; empty where the evidence gives none
 * @param cycleSteps the optimizer steps of the cycle that the rate is for, where it follows from
 *     the range tests of the evidence; empty where the rate itself was chosen
 * @param conditions under which it was found; of a sweep, with the chosen value, or with the first
 *     candidate where none is chosen
 * @param evidence the range tests, and the sweep where there was one
 */
public record FoundRate(
    @JsonProperty("command") List<String> command,
    @JsonProperty("learning_rate") OptionalDouble learningRate,
    @JsonProperty("cycle_steps") OptionalLong cycleSteps,
    @JsonProperty("conditions") Conditions conditions,
    @JsonProperty("evidence") Evidence evidence) {
  public FoundRate {
    command = List.copyOf(command);
  }

  /** A rate that range tests suggest for a cycle of so many steps, if they do. */
  public static FoundRate suggested(
      List<String> command, long cycleSteps, Conditions conditions, Evidence evidence) {
    Optional<SuggestedPeak> suggestion = evidence.range().flatMap(RangeSummary::suggestion);
    return new FoundRate(
        command,
        suggestion
            .map(peak -> OptionalDouble.of(peak.over(cycleSteps)))
            .orElse(OptionalDouble.empty()),
        OptionalLong.of(cycleSteps),
        conditions,
        evidence);
  }

  /** The suggestion of the range tests, where the rate follows from it. */
  public Optional<SuggestedPeak> suggestion() {
    return cycleSteps.isPresent()
        ? evidence.range().flatMap(RangeSummary::suggestion)
        : Optional.empty();
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    JsonFile.write(file, this);
  }

  /**
   * Reads a file that {@link #write} wrote.
   *
   * @throws BadDataException where it cannot be read or is something else
   */
  public static FoundRate read(Path file) {
    return JsonFile.read(file, FoundRate.class, "the result of a range test or sweep");
  }

  /**
   * Reads a file whose rate is needed.
   *
   * @throws BadDataException where it cannot be read, or gives no rate
   */
  public static FoundRate readWithRate(Path file) {
    FoundRate found = read(file);
    if (found.learningRate.isEmpty()) {
      throw new BadDataException(file + " gives no learning rate: no edge was seen in its curves");
    }
    return found;
  }
}
