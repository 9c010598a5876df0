package dev.onecycle.export;

import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import java.util.Map;
import java.util.TreeMap;

/** The facts about a model that its exported files carry. */
final class Metadata {
  private Metadata() {}

  /** The kind and names of the targets, and how samples become the input, by name. */
  static Map<String, String> of(ModelFile model, ExportOptions options) {
    Map<String, String> all = new TreeMap<>(model.content().metadata());
    all.remove("format");
    all.remove("onecycle.network");
    all.put("onecycle.normalized_inside", Boolean.toString(options.normalize()));
    return all;
  }

  /**
   * Makes sure that outputs can be probabilities.
   *
   * @throws BadDataException where they are numbers
   */
  static void requireScores(Targets targets) {
    if (targets instanceof Targets.Numbers) {
      throw new BadDataException(
          "outputs must be scores to have probabilities but are "
              + targets.describe()
              + "; leave probabilities out");
    }
  }
}
