package dev.onecycle.torch.job;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained model with the settings that it was trained by, to go on from its weights.
 *
 * @param file its network, classes and weights
 * @param config of a run's folder the settings of data, learner, augmentation and momentum; of a
 *     file alone the network, its dropout and the size of its images
 */
public record TrainedModel(ModelFile file, TrainingConfig config) {
  private static final List<Group> GROUPS = List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION);

  /**
   * Reads the model of a run's folder, or a model file. Of a run that has not ended, it is the
   * newest sound checkpoint.
   *
   * @throws BadDataException where there is no model, or it cannot be read
   */
  public static TrainedModel read(Path path) {
    if (!Files.isDirectory(path)) {
      ModelFile file = ModelFile.read(path);
      return new TrainedModel(file, config(file, path));
    }
    RunRecord record = RunFolder.read(path);
    Path ended = path.resolve(RunSummary.MODEL);
    ModelFile file = Files.exists(ended) ? ModelFile.read(ended) : checkpoint(path);
    return new TrainedModel(file, config(record, path));
  }

  /** Whether a path is the folder of a run or a model file of onecycle; else weights of others. */
  public static boolean isModel(Path path) {
    return !Files.isRegularFile(path) || WeightFile.read(path).format() == WeightFile.Format.MODEL;
  }

  private static ModelFile checkpoint(Path run) {
    return new CheckpointFolder(run)
        .newest(checkpoint -> ModelFile.read(checkpoint.file(RunSummary.MODEL)))
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
              return setting != TrainingConfig.MOMENTUM
                  && !GROUPS.contains(TrainingConfig.group(setting));
            });
    return TrainingConfig.defaults().with(settings, Origin.file(run.resolve(RunFolder.RECORD)));
  }

  private static TrainingConfig config(ModelFile file, Path path) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put(TrainingConfig.MODEL.name(), file.network().name());
    settings.put(TrainingConfig.DROPOUT.name(), file.network().dropout());
    if (file.input().height() == file.input().width()) {
      settings.put(TrainingConfig.IMAGE_SIZE.name(), file.input().height());
    }
    return TrainingConfig.defaults().with(settings, Origin.file(path));
  }
}
