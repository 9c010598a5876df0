package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.FROM;
import static dev.onecycle.torch.job.TrainingConfig.HEAD;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.NetworkWeights;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.MappingRules;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.WeightFile;
import dev.onecycle.torch.weights.WeightMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The weights that a training begins with instead of random ones: of a file, or of an earlier run.
 *
 * @param file its arrays
 * @param sha256 of the file
 * @param rules how its arrays become the network's
 */
record StartingWeights(WeightFile file, String sha256, MappingRules rules) {
  private static final int SHOWN = 3;

  /** A side at which a network for photos sees something, at a third of the cost of 224. */
  private static final int PHOTO_SIDE = 128;

  /**
   * Reads the weights that a configuration names.
   *
   * @throws BadDataException where they cannot be read
   */
  static Optional<StartingWeights> of(TrainingConfig config) {
    return config
        .find(FROM)
        .map(Path::of)
        .map(StartingWeights::file)
        .map(
            path ->
                new StartingWeights(
                    WeightFile.read(path),
                    sha256(path),
                    MappingRules.defaults().withHead(config.get(HEAD)).withColoursSummed(true)));
  }

  /**
   * The configuration with the model that its weights are for, where it names none: the one of the
   * file, or the model of the library that has arrays of the same names and shapes. Images for a
   * model of photos then get a size that it can see something in.
   */
  static TrainingConfig withModel(TrainingConfig config) {
    if (config.find(FROM).isEmpty()) {
      return config;
    }
    Path path = file(Path.of(config.find(FROM).orElseThrow()));
    Map<String, Object> defaults = new LinkedHashMap<>();
    WeightFile file = WeightFile.read(path);
    if (file.format() == WeightFile.Format.MODEL) {
      Network network = ModelFile.read(path).network();
      defaults.put(TrainingConfig.MODEL.name(), network.name());
      defaults.put(TrainingConfig.DROPOUT.name(), network.dropout());
      defaults.put(
          TrainingConfig.IMAGE_SIZE.name(),
          new ImageSize(network.input().height(), network.input().width()).toText());
    } else if (!config.isGiven(TrainingConfig.MODEL)) {
      defaults.put(TrainingConfig.MODEL.name(), model(file).name());
      defaults.put(TrainingConfig.IMAGE_SIZE.name(), PHOTO_SIDE);
    }
    defaults
        .keySet()
        .removeIf(
            name ->
                config.isGiven(TrainingConfig.setting(name))
                    || (name.equals(TrainingConfig.DROPOUT.name())
                        && config.isGiven(TrainingConfig.MODEL)));
    return TrainingConfig.defaults().with(defaults, Origin.file(path)).with(config);
  }

  /** The model of the library whose arrays a file holds, apart from the last layer's. */
  private static ModelSpec model(WeightFile file) {
    MappingRules rules = MappingRules.defaults().withHead(MappingRules.Head.NEW_IF_OTHER_SIZE);
    for (ModelSpec model : Models.list()) {
      Network network = model.network(new ImageShape(3, PHOTO_SIDE, PHOTO_SIDE), 2, 0);
      List<NamedTensor> arrays = NetworkWeights.zeros(network);
      if (WeightMapping.of(file, arrays, rules).refusal().isEmpty()) {
        return model;
      }
    }
    throw Require.invalid(
        "model",
        "given for the weights of "
            + file.file()
            + ", whose arrays are of none of "
            + String.join(", ", Models.names())
            + ",",
        "not given",
        "name the model that they are for");
  }

  private static String sha256(Path path) {
    try {
      return Sha256.of(path);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** The model of a run: its last one, or its newest sound checkpoint. */
  private static Path file(Path path) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    RunFolder.read(path); // an error where it is the folder of no run
    Path ended = path.resolve(RunSummary.MODEL);
    return Files.exists(ended)
        ? ended
        : new CheckpointFolder(path)
            .newest(
                checkpoint -> {
                  ModelFile.read(checkpoint.file(RunSummary.MODEL));
                  return checkpoint.file(RunSummary.MODEL);
                })
            .value()
            .orElseThrow(
                () ->
                    new BadDataException(path + " holds neither a model nor a checkpoint of one"));
  }

  /** The normalization of the images that the weights were trained on; empty where not known. */
  Optional<Normalization> normalization() {
    return file.format() == WeightFile.Format.MODEL
        ? Optional.of(ModelFile.read(file.file()).normalization())
        : Optional.empty();
  }

  /** Its arrays brought to a network. */
  WeightMapping mapped(List<NamedTensor> network) {
    return WeightMapping.of(file, network, rules);
  }

  /** A sentence on what was done with the arrays. */
  static String describe(WeightMapping mapping, Path origin) {
    List<String> parts = new ArrayList<>();
    for (WeightMapping.Action action : WeightMapping.Action.values()) {
      List<WeightMapping.Row> rows =
          mapping.rows().stream().filter(row -> row.action() == action).toList();
      if (!rows.isEmpty()) {
        String names =
            rows.stream()
                .limit(SHOWN)
                .map(row -> row.name().isEmpty() ? row.source() : row.name())
                .collect(Collectors.joining(", "));
        boolean usual = action == WeightMapping.Action.TAKEN;
        parts.add(
            Counts.of(rows.size(), "array", "arrays")
                + " "
                + action.text()
                + (usual ? "" : " (" + names + (rows.size() > SHOWN ? ", …)" : ")")));
      }
    }
    return "Weights from " + origin + ": " + String.join(", ", parts);
  }
}
