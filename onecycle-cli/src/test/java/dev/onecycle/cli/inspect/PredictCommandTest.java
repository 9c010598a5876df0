package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions of files, folders and archives, of which some cannot be used. */
@Tag("long")
class PredictCommandTest {
  private static final int SIDE = 96;

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path run = Path.of("");
  private Path mixed = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    data = TestData.fewColours(temp.resolve("data"));
    run = temp.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train",
            data,
            "--max-lr=0.01",
            "--epochs=3",
            "--batch-size=4",
            "--image-size=" + SIDE,
            "--out",
            run);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  /** Two sound images, of which one lies deeper, a damaged one, and a text beside them. */
  @BeforeEach
  void folder() throws IOException {
    mixed = Files.createDirectory(temp.resolve("mixed" + System.nanoTime()));
    TestData.write(mixed.resolve("a.png"), TestData.colourPng(1, 0, 16, 16));
    TestData.write(mixed.resolve("b, or not.png"), "no image".getBytes("UTF-8"));
    TestData.write(mixed.resolve("deep/er/c.png"), TestData.colourPng(2, 1, 16, 16));
    TestData.write(mixed.resolve("notes.txt"), "milk".getBytes("UTF-8"));
  }

  private String bad() {
    return mixed.resolve("b, or not.png")
        + " is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image";
  }

  @Test
  void aFolderIsPredictedPastABadFile() {
    Cli.Result result = Cli.run("predict", run, mixed);
    assertThat(result.code()).isEqualTo(65);
    List<String> lines = result.outLines();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).matches(".*/a\\.png  (red|green|blue) [01]\\.[0-9]{4}");
    assertThat(lines.get(1)).matches(".*/deep/er/c\\.png  (red|green|blue) [01]\\.[0-9]{4}");
    assertThat(lines.get(2)).startsWith("1 file of " + mixed).endsWith("extension: 1 .txt.");
    assertThat(result.complaints()).containsExactly("onecycle: " + bad());
  }

  @Test
  void jsonHasThePredictionsTheFailuresAndTheError() {
    Path missing = temp.resolve("missing");
    Cli.Result result = Cli.run("predict", run, missing, mixed, "--json");
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.outLines()).hasSize(1);
    JsonNode json = result.json();
    assertThat(json.get("images").asInt()).isEqualTo(2);
    assertThat(json.at("/predictions/1/file").asText())
        .isEqualTo(mixed.resolve("deep/er/c.png").toString());
    assertThat(json.get("failures")).hasSize(2);
    assertThat(json.at("/failures/0/file").asText()).isEqualTo(missing.toString());
    assertThat(json.at("/failures/0/reason").asText()).isEqualTo("does not exist");
    assertThat(json.at("/failures/1/reason").asText()).startsWith("is not a JPEG");
    assertThat(json.at("/error/exit_code").asInt()).isEqualTo(65);
    assertThat(json.at("/error/message").asText())
        .isEqualTo("2 files cannot be used, and 2 images are predicted");
  }

  @Test
  void csvHasARowForEachFileInOrder() throws IOException {
    Path csv = temp.resolve("classes.csv");
    Cli.Result result = Cli.run("predict", run, mixed, "--csv", csv, "--top", 2);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.outLines()).last().isEqualTo("Wrote " + csv);
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.get(0)).isEqualTo("file,class,probability,class_2,probability_2,error");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).startsWith(mixed.resolve("a.png") + ",").endsWith(",");
    assertThat(lines.get(2))
        .isEqualTo(
            "\""
                + mixed.resolve("b, or not.png")
                + "\",,,,,\"is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image\"");
    double first = Double.parseDouble(lines.get(3).split(",")[2]);
    double second = Double.parseDouble(lines.get(3).split(",")[4]);
    assertThat(first).isBetween(second, 1.0);
    assertThat(first + second).isLessThanOrEqualTo(1.0000001);
  }

  @Test
  void aCsvFileThatIsThereIsNotOverwritten() throws IOException {
    Path labels = Files.writeString(temp.resolve("labels.csv"), "image,label");
    Cli.Result result = Cli.run("predict", run, mixed, "--csv", labels);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--csv must be a new file").contains(labels.toString());
    assertThat(labels).hasContent("image,label");
  }

  @Test
  void aFolderThatIsNoRunIsSaid() {
    Cli.Result result = Cli.run("predict", mixed, run);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err()).contains(mixed + " is not the folder of a run; name the run or its");
  }

  @Test
  void aCsvFileThatCannotBeWrittenIsSaidBeforeAnythingIsPredicted() {
    Cli.Result result = Cli.run("predict", run, mixed, "--csv", "/proc/classes.csv");
    assertThat(result.code()).isEqualTo(73);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void anArchiveIsReadAsTheFolderInIt() throws IOException {
    Path zip = temp.resolve("mixed.zip");
    try (OutputStream file = Files.newOutputStream(zip);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String name : List.of("a.png", "b, or not.png", "deep/er/c.png", "notes.txt")) {
        out.putNextEntry(new ZipEntry(name));
        out.write(Files.readAllBytes(mixed.resolve(name)));
      }
    }
    JsonNode whole = Cli.run("predict", run, mixed, "--json").json();
    JsonNode inside = Cli.run("predict", run, zip, "--json").json();
    assertThat(inside.at("/predictions/1/file").asText()).isEqualTo(zip + "/deep/er/c.png");
    for (int i = 0; i < 2; i++) {
      assertThat(inside.at("/predictions/" + i + "/top"))
          .isEqualTo(whole.at("/predictions/" + i + "/top"));
    }
    assertThat(inside.get("failures")).hasSize(1);
    byte[] bytes = Files.readAllBytes(zip);
    Path cut =
        Files.write(temp.resolve("cut.zip"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
    Cli.Result damaged = Cli.run("predict", run, cut, mixed.resolve("a.png"));
    assertThat(damaged.code()).isEqualTo(65);
    assertThat(damaged.outLines()).singleElement().asString().contains("a.png  ");
    assertThat(damaged.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: " + cut + " ");
  }

  @Test
  void aFolderWithoutImagesIsNamed() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty/texts"));
    Files.writeString(empty.resolve("a.txt"), "a");
    Cli.Result result = Cli.run("predict", run, empty);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.complaints())
        .containsExactly("onecycle: " + empty + " has no image but 1 .txt");
  }

  /** Decoded at once, these images would take 83 MB, and the heap has 40. */
  @Test
  void memoryDoesNotGrowWithTheNumberOfImages() throws IOException, InterruptedException {
    Path many = Files.createDirectory(temp.resolve("many"));
    byte[] png = TestData.colourPng(1, 2, 16, 16);
    for (int i = 0; i < 3000; i++) {
      Files.write(many.resolve(i + ".png"), png);
    }
    Path csv = temp.resolve("many.csv");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx40m", "-Djava.awt.headless=true", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(
        List.of(Main.class.getName(), "predict", run + "", many + "", "--csv", csv + ""));
    Path log = temp.resolve("many.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readAllLines(csv)).hasSize(3001);
  }
}
