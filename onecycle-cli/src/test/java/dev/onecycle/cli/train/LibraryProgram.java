package dev.onecycle.cli.train;

import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;

import dev.onecycle.export.ExportOptions;
import dev.onecycle.export.OnnxFile;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Predictor;
import java.nio.file.Path;

/** The README's program; {@link LibraryRunIT} runs it as a file of its own. */
public final class LibraryProgram {
  private LibraryProgram() {}

  public static void main(String[] args) {
    // example: readme
    TrainingConfig config = TrainingConfig.of("photos/").with(EPOCHS, 10);
    RunSummary run = TrainingJob.start(config, Path.of("runs/first"));
    System.out.println(run.accuracy());
    try (Predictor predictor = Predictor.load(run.folder())) {
      System.out.println(predictor.predict(Path.of("new.jpg"), 1).best().name());
    }
    OnnxFile.write(ModelFile.read(run.model()), ExportOptions.NETWORK, Path.of("model.onnx"));
    // end of example
  }
}
