package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.FROM;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.NetworkWeights;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.MappingRules;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.WeightFile;
import dev.onecycle.torch.weights.WeightMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights that a training begins with instead of random ones: of a file, or of an earlier run.
 *
 * @param file its arrays
 * @param sha256 of the file
 * @param model the model that the file holds, where it is one of onecycle
 */
record StartingWeights(WeightFile file, String sha256, Optional<ModelFile> model) {
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
        .map(path -> file(path, config.get(TrainingConfig.TRUST_MODEL)))
        .map(
            path -> {
              WeightFile file = WeightFile.read(path);
              Optional<ModelFile> model =
                  file.format() == WeightFile.Format.MODEL
                      ? Optional.of(ModelFile.of(file, config.get(TrainingConfig.TRUST_MODEL)))
                      : Optional.empty();
              return new StartingWeights(file, sha256(path), model);
            });
  }

  /**
   * The configuration with the model that the weights are for, where it names none: the one of the
   * file, or the model of the library that has arrays of the same names and shapes. Images for a
   * model of photos then get a size that it can see something in.
   */
  TrainingConfig withModel(TrainingConfig config) {
    Map<String, Object> defaults = new LinkedHashMap<>();
    if (model.isPresent()) {
      Network network = model.get().network();
      if (network.layers() instanceof Script script) {
        defaults.put(TrainingConfig.MODEL.name(), script.file().path().toString());
      } else {
        defaults.put(TrainingConfig.MODEL.name(), network.name());
        defaults.put(TrainingConfig.DROPOUT.name(), network.dropout());
      }
      defaults.put(
          TrainingConfig.IMAGE_SIZE.name(),
          new ImageSize(model.get().input().height(), model.get().input().width()).toText());
    } else if (!config.isGiven(TrainingConfig.MODEL)) {
      ModelSpec found = modelOf(config);
      defaults.put(TrainingConfig.MODEL.name(), found.name());
      if (found.largestSide() >= PHOTO_SIDE) {
        defaults.put(TrainingConfig.IMAGE_SIZE.name(), PHOTO_SIDE);
      }
    }
    defaults
        .keySet()
        .removeIf(
            name ->
                config.isGiven(TrainingConfig.setting(name))
                    || (name.equals(TrainingConfig.DROPOUT.name())
                        && config.isGiven(TrainingConfig.MODEL)));
    return TrainingConfig.defaults().with(defaults, Origin.file(file.file())).with(config);
  }

  /**
   * The model of the library whose arrays a file holds, apart from the last layer's; whether their
   * values can be used is another question.
   */
  private ModelSpec modelOf(TrainingConfig config) {
    MappingRules rules = config.mappingRules().withHead(MappingRules.Head.NEW_IF_OTHER_SIZE);
    long fewest = Long.MAX_VALUE;
    String nearest = "";
    for (ModelSpec model : Models.list()) {
      Network network = model.network(new ImageShape(3, PHOTO_SIDE, PHOTO_SIDE), 2, 0);
      WeightMapping mapping = mapped(NetworkWeights.zeros(network), config, rules);
      long faults =
          mapping.count(WeightMapping.Action.MISSING)
              + mapping.count(WeightMapping.Action.MISSHAPEN)
              + mapping.count(WeightMapping.Action.UNEXPECTED);
      if (faults == 0) {
        return model;
      }
      long fitting = mapping.rows().size() - faults;
      if (faults < fewest && 2 * fitting >= file.tensors().size()) {
        fewest = faults;
        nearest = "for " + model.name() + ", the nearest, " + mapping.refusal().orElse("");
      }
    }
    throw Require.invalid(
        config.label(TrainingConfig.MODEL),
        "given for the weights of "
            + file.file()
            + ", whose arrays are of none of "
            + String.join(", ", Models.names())
            + ",",
        "not given",
        (nearest.isEmpty() ? "" : nearest + "; ") + "name the model that they are for");
  }

  private static String sha256(Path path) {
    try {
      return Sha256.of(path);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** The model of a run: its last one, or its newest sound checkpoint. */
  private static Path file(Path path, boolean trusting) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    RunFolder.read(path); // an error where it is the folder of no run
    Path ended = path.resolve(ModelFile.NAME);
    return Files.exists(ended)
        ? ended
        : new CheckpointFolder(path)
            .newest(
                checkpoint -> {
                  Path model = checkpoint.file(ModelFile.NAME);
                  ModelFile unused = ModelFile.at(model, trusting);
                  return model;
                })
            .value()
            .orElseThrow(
                () ->
                    new BadDataException(path + " holds neither a model nor a checkpoint of one"));
  }

  /** The normalization of the images that the weights were trained on; empty where not known. */
  Optional<Normalization> normalization() {
    return model.map(ModelFile::normalization);
  }

  /** Its arrays brought to a network, by the rules of a configuration. */
  WeightMapping mapped(List<NamedTensor> network, TrainingConfig config) {
    return mapped(network, config, config.mappingRules());
  }

  private WeightMapping mapped(
      List<NamedTensor> network, TrainingConfig config, MappingRules rules) {
    try {
      return WeightMapping.of(file, network, rules);
    } catch (InvalidValueException e) {
      throw config.ofMapping(e);
    }
  }
}
