package consumer;

import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;

import dev.onecycle.error.EngineException;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;

/** Trains on the images that come with onecycle; or says why it cannot. */
public class Main {
  public static void main(String[] args) {
    try {
      TrainingConfig config = TrainingConfig.of("shapes").with(EPOCHS, 1).with(MAX_LR, 0.1);
      RunSummary run = TrainingJob.start(config, Path.of(args[0]));
      System.out.println(run.isFinished());
    } catch (EngineException e) {
      System.out.println(e.getMessage());
    }
  }
}
