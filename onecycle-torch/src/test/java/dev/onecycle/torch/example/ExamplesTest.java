package dev.onecycle.torch.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Prediction;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples learn what they say, each with a peak rate from a range test. */
@Tag("long")
class ExamplesTest {
  @TempDir Path temp;

  private Evaluated trained(RunSummary run) {
    assertThat(run.isFinished()).isTrue();
    assertThat(run.record().learningRateSource()).startsWith("the loss stayed low");
    assertThat(ModelFile.read(run.model()).targets().names())
        .isEqualTo(run.record().task().names());
    return run.evaluated().orElseThrow();
  }

  @Test
  void aNumberIsLearnedFromNumbers() {
    Evaluated end = trained(Regression.train(temp.resolve("run")));
    assertThat(end.metrics().get("r2")).isGreaterThan(0.97);
    assertThat(end.accuracy()).isNaN();
  }

  @Test
  void severalLabelsAreFoundInAnImage() {
    Evaluated end = trained(SeveralLabels.train(temp.resolve("run")));
    assertThat(end.metrics().get("exact_match")).isGreaterThan(0.9);
    assertThat(end.metrics().get("f1")).isGreaterThan(0.95);
  }

  @Test
  void theOrderOfWordsTellsTheClassOfASentence() {
    assertThat(trained(Text.train(temp.resolve("run"))).accuracy()).isGreaterThan(0.95);
  }

  @Test
  void waveFormsAreToldApart() {
    assertThat(trained(Signals.train(temp.resolve("run"))).accuracy()).isGreaterThan(0.95);
  }

  @Test
  void aTrainedModelAnswersForAnImage() throws IOException {
    Path run = SeveralLabels.train(temp.resolve("run")).folder();
    Path image = temp.resolve("image.png");
    ImageIO.write(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    Prediction prediction = Answers.answer(run, image);
    assertThat(prediction.kind()).isEqualTo("labels");
    assertThat(prediction.answers()).hasSize(3);
    Path source = Path.of("src/test/java/dev/onecycle/torch/example/Answers.java");
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/predict.md")))
        .isEqualTo(MarkdownExamples.inJava(source));
  }

  @Test
  void thePageHasThePrograms() {
    Map<String, String> programs = new TreeMap<>();
    for (String name : List.of("Regression", "SeveralLabels", "Text", "Signals")) {
      Path source = Path.of("src/test/java/dev/onecycle/torch/example").resolve(name + ".java");
      programs.putAll(MarkdownExamples.inJava(source));
    }
    assertThat(programs).hasSize(4);
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/other-data.md")))
        .isEqualTo(programs);
  }
}
