package dev.onecycle.cli.options;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.RunFolder;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A trained model: a run's folder, or a file. */
public final class ModelArgument {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A run's folder, or a model.safetensors that onecycle train wrote.")
  Path path = Path.of("");

  @Option(
      names = "--trust-model",
      description =
          "Run the TorchScript file that is the network of the model. It is a program that runs"
              + " with your rights: use it only if you trust its author.")
  boolean trusting;

  /** Reads the model. */
  public ModelFile read() {
    return ModelFile.at(path, trusting);
  }

  /**
   * Makes sure that a number that the model gave for images is finite.
   *
   * @throws BadDataException naming the model
   */
  public void requireFinite(double number) {
    if (!Double.isFinite(number)) {
      throw new BadDataException(
          path
              + " gives scores that are not finite numbers, so nothing can be said about the"
              + " images; its training has diverged: train it anew with a lower peak rate");
    }
  }

  /** The folder of the run of the model; empty if it is a file. */
  public Optional<Path> run() {
    return Files.exists(path.resolve(RunFolder.RECORD)) ? Optional.of(path) : Optional.empty();
  }

  /** The model ready to compute, with the weights of the file. */
  public static Learner learner(ModelFile file) {
    return Learner.load(file, LearnerSettings.defaults());
  }
}
