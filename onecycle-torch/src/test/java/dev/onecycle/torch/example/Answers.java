package dev.onecycle.torch.example;

import dev.onecycle.torch.predict.Prediction;
import dev.onecycle.torch.predict.Predictor;
import java.nio.file.Path;

/** Predicts an image by a trained model. */
public final class Answers {
  private Answers() {}

  static Prediction answer(Path run, Path image) {
    // example: predict
    try (Predictor predictor = Predictor.load(run)) {
      Prediction prediction = predictor.predict(image, 3);
      for (Prediction.Answer answer : prediction.answers()) {
        System.out.printf("%s %.1f %%%n", answer.name(), 100 * answer.value());
      }
      return prediction;
    }
    // end of example
  }
}
