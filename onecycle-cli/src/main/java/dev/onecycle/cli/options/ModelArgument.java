package dev.onecycle.cli.options;

import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** A trained model: a run's folder, or a file. */
public final class ModelArgument {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A run's folder, or a model.safetensors that onecycle train wrote.")
  Path path = Path.of("");

  public ModelFile read() {
    return ModelFile.readKnown(Files.isDirectory(path) ? path.resolve(RunSummary.MODEL) : path);
  }

  /** The model ready to compute, with the weights of the file. */
  public static Learner learner(ModelFile file) {
    return Learner.load(file, LearnerSettings.defaults());
  }
}
