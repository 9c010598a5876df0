package dev.onecycle.torch.job;

import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A trained model with the settings that it was trained by, to go on from its weights.
 *
 * @param file its network, classes and weights
 * @param config of a run's folder the settings of data, learner, augmentation and momentum, but for
 *     the weights that it began with and the rules of its layers; of a file alone the network, its
 *     dropout and the size of its images
 */
public record TrainedModel(ModelFile file, TrainingConfig config) {
  private static final List<Group> GROUPS = List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION);

  /** How the run's own training began and treated its layers; the next one says that anew. */
  private static final Set<Setting<?>> OF_ITS_TRAINING =
      Set.of(
          TrainingConfig.FROM,
          TrainingConfig.HEAD,
          TrainingConfig.FROM_PREFIX,
          TrainingConfig.FROM_RENAMES,
          TrainingConfig.FROM_IGNORE,
          TrainingConfig.FREEZE,
          TrainingConfig.FROZEN_NORMS,
          TrainingConfig.FIRST_LAYER_RATE,
          TrainingConfig.LAYER_RATES,
          TrainingConfig.LAYER_DECAYS);

  /**
   * Reads the model of a run's folder, or a model file. Of a run that has not ended, it is the
   * newest sound checkpoint.
   *
   * @param trusting whether its network may be a TorchScript file, see {@link
   *     ModelFile#readTrusting}
   * @throws BadDataException where there is no model, or it cannot be read
   */
  public static TrainedModel read(Path path, boolean trusting) {
    if (!Files.isDirectory(path)) {
      ModelFile file = file(path, trusting);
      return new TrainedModel(file, trusted(config(file, path), file));
    }
    RunRecord record = RunFolder.read(path);
    Experiment.requireImageFiles(path, record);
    Path ended = path.resolve(ModelFile.NAME);
    ModelFile file = Files.exists(ended) ? file(ended, trusting) : checkpoint(path, trusting);
    return new TrainedModel(file, trusted(config(record, path), file));
  }

  /** Whether a path is the folder of a run or a model file of onecycle; else weights of others. */
  public static boolean isModel(Path path) {
    return !Files.isRegularFile(path) || WeightFile.read(path).format() == WeightFile.Format.MODEL;
  }

  private static ModelFile file(Path path, boolean trusting) {
    return trusting ? ModelFile.readTrusting(path) : ModelFile.read(path);
  }

  /** With the TorchScript file that was found and trusted, where there is one. */
  private static TrainingConfig trusted(TrainingConfig config, ModelFile file) {
    return file.network().layers() instanceof Script script
        ? config
            .with(TrainingConfig.MODEL, script.file().path().toString())
            .with(TrainingConfig.TRUST_MODEL, true)
        : config;
  }

  private static ModelFile checkpoint(Path run, boolean trusting) {
    return new CheckpointFolder(run)
        .newest(checkpoint -> file(checkpoint.file(ModelFile.NAME), trusting))
        .value()
        .orElseThrow(
            () -> new BadDataException(run + " holds neither a model nor a checkpoint of one"));
  }

  private static TrainingConfig config(RunRecord record, Path run) {
    Map<String, Object> settings = new LinkedHashMap<>(record.config());
    settings
        .keySet()
        .removeIf(
            name -> {
              Setting<?> setting = TrainingConfig.setting(name);
              return OF_ITS_TRAINING.contains(setting)
                  || setting != TrainingConfig.MOMENTUM
                      && !GROUPS.contains(TrainingConfig.group(setting));
            });
    // As a default, a part would lie over an augmentation that is given now.
    TrainingConfig then = TrainingConfig.of(record.config());
    settings
        .keySet()
        .removeIf(name -> then.isUsualPartOfAugmentation(TrainingConfig.setting(name)));
    return TrainingConfig.defaults().with(settings, Origin.file(run.resolve(RunFolder.RECORD)));
  }

  private static TrainingConfig config(ModelFile file, Path path) {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (!(file.network().layers() instanceof Script)) {
      settings.put(TrainingConfig.MODEL.name(), file.network().name());
    }
    settings.put(TrainingConfig.DROPOUT.name(), file.network().dropout());
    settings.put(
        TrainingConfig.IMAGE_SIZE.name(),
        new ImageSize(file.input().height(), file.input().width()).toText());
    return TrainingConfig.defaults().with(settings, Origin.file(path));
  }
}
