package dev.onecycle.run.tuning;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.JsonFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What training needs of a {@link FinderRecord} or {@link SweepRecord}.
 *
 * @param command that found it
 * @param learningRate the peak rate
 * @param conditions under which it was found
 */
public record FoundRate(List<String> command, OptionalDouble learningRate, Conditions conditions) {
  /**
   * Reads either's file.
   *
   * @throws BadDataException where it cannot be read, or gives no rate
   */
  public static FoundRate read(Path file) {
    FoundRate found =
        JsonFile.read(file, FoundRate.class, "the result of onecycle find-lr or sweep");
    if (found.learningRate.isEmpty()) {
      throw new BadDataException(file + " gives no learning rate: no edge was seen in its curves");
    }
    return found;
  }
}
