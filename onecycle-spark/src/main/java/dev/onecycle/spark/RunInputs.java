package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that the result of a run depends on. A run that is continued by its name must have the same.
 *
 * @param settings of the training, a JSON object
 * @param columns of the dataset, a JSON object
 * @param rows of the dataset
 */
record RunInputs(String settings, String columns, RowDigest rows) {
  /** The file of them in the folder of a run. */
  static final String FILE = "settings.json";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String SETTINGS = "settings";
  private static final String COLUMNS = "columns";

  /** Inputs of a run. */
  static RunInputs of(Map<String, Object> settings, StagedImages.Columns columns, RowDigest rows) {
    JsonNode sorted = JSON.valueToTree(new TreeMap<>(settings));
    return new RunInputs(sorted.toString(), columns.json().toString(), rows);
  }

  /** Reads the inputs of a run; empty where it has none. */
  static Optional<RunInputs> in(SharedFolder run) {
    if (!run.has(FILE)) {
      return Optional.empty();
    }
    try {
      JsonNode root = JSON.readTree(new String(run.read(FILE), StandardCharsets.UTF_8));
      if (!root.has(SETTINGS) || !root.has(COLUMNS)) {
        throw new BadDataException(
            run.uri() + " was written by another version; choose another runName");
      }
      return Optional.of(
          new RunInputs(
              root.get(SETTINGS).toString(), root.get(COLUMNS).toString(), RowDigest.of(root)));
    } catch (IOException e) {
      throw new BadDataException(run.uri() + "/" + FILE + " cannot be understood", e);
    }
  }

  /** Writes them for {@link #in}. */
  void writeTo(SharedFolder run) {
    try {
      ObjectNode root = rows.addTo(JSON.createObjectNode());
      root.set(SETTINGS, JSON.readTree(settings));
      root.set(COLUMNS, JSON.readTree(columns));
      run.write(FILE, out -> out.write(root.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("settings and columns are always JSON", e);
    }
  }

  /**
   * Makes sure that a run has the same settings and columns, which cost nothing to compare.
   *
   * @param run the address of the run that has these inputs
   * @throws InvalidValueException naming the difference
   */
  void requireSameParameters(RunInputs now, String run) {
    require(settings.equals(now.settings), "the settings " + now.settings, run, settings);
    require(columns.equals(now.columns), "the columns " + now.columns, run, columns);
  }

  /**
   * Makes sure that a run has the same rows.
   *
   * @param run the address of the run that has these inputs
   * @throws InvalidValueException where they differ
   */
  void requireSameRows(RowDigest now, String run) {
    require(rows.equals(now), "the rows of this dataset, " + now + ",", run, rows.toString());
  }

  private static void require(boolean same, String wanted, String run, String then) {
    if (!same) {
      throw Require.invalid(
          "runName",
          "the name of a new run, or of one with " + wanted,
          run + " with " + then,
          "choose another name, or none");
    }
  }
}
