package dev.onecycle.cli;

import dev.onecycle.error.DivergedException;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.torch.io.NamedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run has come to, however it ends: the epochs done and the last step. */
final class Journal implements TrainingListener {
  private final List<EpochRecord> epochs = new ArrayList<>();
  private @Nullable StepRecord last;

  @Override
  public void step(StepRecord step) {
    last = step;
  }

  @Override
  public void epoch(EpochRecord epoch) {
    epochs.add(epoch);
  }

  List<EpochRecord> epochs() {
    return List.copyOf(epochs);
  }

  /**
   * Makes sure that weights can be written: an update by a rate that is far too high can spoil them
   * after a loss that was still a number, and no step may follow that would show it.
   */
  void requireFinite(List<NamedTensor> weights) {
    for (NamedTensor tensor : weights) {
      for (float value : tensor.values()) {
        if (!Float.isFinite(value) && last != null) {
          throw new DivergedException(tensor.name(), value, last.step(), last.learningRate());
        }
      }
    }
  }

  /** The result by name, for JSON and run records. */
  Map<String, Object> outcome(String evaluationName) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("epochs", epochs.size());
    if (!epochs.isEmpty()) {
      EpochRecord end = epochs.get(epochs.size() - 1);
      double images = 0;
      double seconds = 0;
      for (EpochRecord epoch : epochs) {
        images += epoch.imagesPerSecond() * epoch.trainSeconds();
        seconds += epoch.trainSeconds();
      }
      String name = evaluationName.equals("test") ? "test" : "validation";
      outcome.put(name + "_accuracy", end.accuracy());
      outcome.put(name + "_loss", end.evaluationLoss());
      outcome.put("train_loss", end.trainLoss());
      outcome.put("images_per_second", images / seconds);
      outcome.put("train_seconds", seconds);
    }
    return outcome;
  }
}
