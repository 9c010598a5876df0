package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run and an evaluation tell of the images that are mistaken. */
class ClassificationTest {
  /** A class that would turn a terminal's letters bold. */
  private static final String BOLD = "bold\u001b[1m";

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path run = Path.of("");

  /** Every test image lies in two classes, so that at least half of them are mistaken. */
  @BeforeAll
  static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"), 30, 4, 16, 16);
    for (String set : List.of("train", "test")) {
      Files.move(data.resolve(set).resolve("red"), data.resolve(set).resolve(BOLD));
    }
    for (String[] pair : new String[][] {{"blue", "green"}, {"green", BOLD}, {BOLD, "blue"}}) {
      for (int i = 0; i < 4; i++) {
        Path image = data.resolve("test").resolve(pair[0]).resolve("00" + i + ".png");
        Files.copy(image, data.resolve("test").resolve(pair[1]).resolve("copy" + i + ".png"));
      }
    }
    run = temp.resolve("run");
    Cli.Result trained =
        Cli.run("train", data, "--max-lr", 0.05, "--epochs", 2, "--batch-size", 16, "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static ClassificationRecord record() {
    return RunFolder.readClassification(run).orElseThrow();
  }

  @Test
  void countsAreThoseOfTheLastEpoch() {
    List<String[]> epochs =
        Cli.csv(
            run.resolve("epochs.csv"),
            "epoch,steps,train_loss,evaluation_loss,accuracy,samples_per_second,train_seconds,"
                + "evaluation_seconds");
    RunRecord.Data about = RunFolder.read(run).data();
    Classification classification = record().classification();
    assertThat(record().epoch()).isEqualTo(1);
    assertThat(classification.images()).isEqualTo(about.evaluationImages()).isEqualTo(24);
    assertThat(classification.cells().stream().mapToInt(Cell::count).sum()).isEqualTo(24);
    assertThat((double) classification.correct() / 24)
        .isEqualTo(Double.parseDouble(epochs.get(1)[4]));
    assertThat(classification.byClass(3)).allMatch(count -> count.images() == 8);
  }

  @Test
  void theWorstAreShownAsTheyAre() throws IOException {
    Classification classification = record().classification();
    List<String> classes = RunFolder.read(run).data().classes();
    assertThat(classification.worst())
        .hasSize(24 - classification.correct())
        .hasSizeBetween(12, 24);
    assertThat(record().pictures()).hasSameSizeAs(classification.worst());
    for (int i = 0; i < classification.worst().size(); i++) {
      Mistake mistake = classification.worst().get(i);
      assertThat(mistake.origin()).startsWith("test/" + classes.get(mistake.label()) + "/");
      BufferedImage picture = image(record().pictures().get(i).png());
      BufferedImage original = image(Files.readAllBytes(data.resolve(mistake.origin())));
      assertThat(rgb(picture)).as(mistake.origin()).isEqualTo(rgb(original));
    }
  }

  private static BufferedImage image(byte[] file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file));
  }

  private static int[] rgb(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void evaluateNamesTheClassesThatAreConfusedMost() {
    List<Cell> most = record().classification().mostConfused(3);
    List<String> classes = RunFolder.read(run).data().classes();
    List<String> expected = new ArrayList<>();
    for (Cell cell : most) {
      expected.add(
          cell.count()
              + " × "
              + classes.get(cell.label())
              + " as "
              + classes.get(cell.predicted()));
    }
    assertThat(expected).isNotEmpty().anyMatch(pair -> pair.contains(BOLD));
    Cli.Result evaluated = Cli.run("evaluate", run, data);
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    List<String> lines = evaluated.outLines();
    assertThat(lines.get(lines.size() - 3))
        .contains(" % on 24 test images (95 % interval ", "), loss ");
    assertThat(lines.get(lines.size() - 2)).startsWith("Balanced accuracy ");
    assertThat(lines.get(lines.size() - 1))
        .isEqualTo("Most confused: " + String.join(", ", expected).replace('\u001b', '\ufffd'));
  }

  @Test
  void evaluateGivesThemAsJsonByTheirNames() {
    List<Cell> most = record().classification().mostConfused(3);
    JsonNode named = Cli.run("evaluate", run, data, "--json").json().get("most_confused");
    List<String> classes = RunFolder.read(run).data().classes();
    assertThat(named).hasSameSizeAs(most);
    for (int i = 0; i < most.size(); i++) {
      JsonNode pair = named.get(i);
      assertThat(pair.get("label").asText()).isEqualTo(classes.get(most.get(i).label()));
      assertThat(pair.get("predicted").asText()).isEqualTo(classes.get(most.get(i).predicted()));
      assertThat(pair.get("count").asInt()).isEqualTo(most.get(i).count());
    }
  }

  @Test
  void nothingIsSaidOfConfusionWhereThereIsNone() throws IOException {
    Path alike = temp.resolve("alike");
    Mistake one = record().classification().worst().get(0);
    String name = RunFolder.read(run).data().classes().get(one.predicted());
    Path image = Files.createDirectories(alike.resolve("test").resolve(name)).resolve("0.png");
    Files.copy(data.resolve(one.origin()), image);
    Cli.Result evaluated = Cli.run("evaluate", run, alike, "--json");
    assertThat(evaluated.json().get("test_accuracy").asDouble()).isEqualTo(1);
    assertThat(evaluated.json().get("most_confused")).isEmpty();
    assertThat(evaluated.err()).doesNotContain("Most confused");
  }
}
