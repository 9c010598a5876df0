package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken files are told in our words; the texts of the libraries that read them are not shown. */
class LibraryTextsTest {
  /** Words of Jackson, SnakeYAML, picocli, ImageIO and the virtual machine. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "Exception|[Jj]ackson|JsonToken|START_|END_|creator|deserial|instance of|`|Source:|"
              + "Feature|java\\.|javax|dev\\.onecycle|while (parsing|scanning)|snakeyaml|"
              + "picocli|IIO|token|close marker|end-of-input|code [0-9]");

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void data() throws IOException {
    data = TestData.fewColours(temp.resolve("data"));
  }

  private static void told(String begin, Object... words) {
    Cli.Result result = Cli.run(words);
    assertThat(result.code()).as(result.err()).isEqualTo(65);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: " + begin)
        .doesNotContainPattern(FOREIGN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "model: [a | it ",
        "~model: fast\n\tbatch: 3\n~ | it has a fault of syntax near line 1, column 12",
        "- a | it is not an object of values by name",
        "just text | it is not an object of values by name",
        "{\"model\": \"fast\", | it ",
        "{epochs: 3, epochs: 4} | epochs is given twice in line 1",
        "~~ | it is empty"
      })
  void configurations(String content, String reason) throws IOException {
    Path file = temp.resolve("settings.yaml");
    Files.writeString(file, content.replace("\\n", "\n").replace("\\t", "\t"));
    told(file + " is not a file of settings: " + reason, "train", data, "--config", file);
    String recipe = file + " is not a recipe: ";
    told(recipe, "train", data, "--recipe", file, "--out", temp.resolve("none"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"format\": 1 | it ends early in line 1",
        "[] | it is not an object of values by name",
        "\"x\" | it is not an object of values by name",
        "~~ | it is empty",
        "{\"format\": \"abc\"} | format has a value that it cannot have: abc",
        "{\"format\": 5, \"status\": \"odd\"} | status has a value that it cannot have: odd",
        "{\"format\": 5} | status is missing",
        "{\"format\": {}} | format has a value of another kind than it must have",
        "{\"format\": 1} {} | status is missing",
        "{\"format\": 1,, } | it has a fault of syntax near line 1, column "
      })
  void recordsOfRunsAndResults(String content, String reason) throws IOException {
    Path run = Files.createDirectories(temp.resolve("broken"));
    Path file = Files.writeString(run.resolve("run.json"), content);
    told(file + " is not a run record: " + reason, "report", run);
    told(file + " is not a run record: " + reason, "resume", run);
    Path found = Files.writeString(temp.resolve("found.json"), content);
    told(found + " is not ", "train", data, "--lr-from", found, "--out", temp.resolve("none"));
  }

  /** A tuning that was cut off, or that someone edited: as tune and a recipe beside it find it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"format\": 1, \"requ | it ends early in line 1",
        "~~ | it is empty",
        "[1, 2] | it is not an object of values by name",
        "{\"format\": \"one\"} | format has a value that it cannot have: one",
        "{\"format\": 1, \"request\": 7} | request has a value of another kind than it must have",
        "{\"format\": 1, \"request\": {}} | results is missing"
      })
  void recordsOfTunings(String content, String reason) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("tuned"));
    Path file = Files.writeString(folder.resolve("tuning.json"), content);
    String begin = file + " is not a tuning record: " + reason;
    told(begin, "tune", data, "--out", folder, "--batch-size", 4);
    assertThat(file).hasContent(content);
    Path recipe = folder.resolve("recipe.yaml");
    new Recipe(
            Recipe.FORMAT,
            List.of(),
            Map.of("epochs", "3", "max_lr", "0.01"),
            Map.of(),
            Conditions.none())
        .write(recipe);
    told(begin, "train", data, "--recipe", recipe, "--out", temp.resolve("none"));
  }

  /** Whole, but with a result that is none. */
  @Test
  void resultsOfTunings() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("odd"));
    Path file =
        Files.writeString(
            folder.resolve("tuning.json"),
            "{\"format\": 1, \"request\": {}, \"results\": {\"result\": {\"peak\": \"high\"}}}");
    Path recipe = folder.resolve("recipe.yaml");
    new Recipe(Recipe.FORMAT, List.of(), Map.of("max_lr", "0.01"), Map.of(), Conditions.none())
        .write(recipe);
    told(file + " cannot be read: ", "train", data, "--recipe", recipe, "--out", temp.resolve("n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"image,label\n\"a.png,x\n", "image,label\na.png,\"x\" y\n"})
  void tables(String content) throws IOException {
    Path file = Files.writeString(temp.resolve("table.csv"), content);
    Path out = temp.resolve("none");
    told(
        file + " is not a CSV file: it has a quote", "train", data, "--labels", file, "--out", out);
    told(file + " line ", "compare", "--csv", file);
    told(file + " line ", "find-lr", "--read", file);
  }

  @Test
  void weightsOfClasses() throws IOException {
    Path file = Files.writeString(temp.resolve("weights.json"), "{\"red\": 1,");
    Path out = temp.resolve("none");
    told(
        file + " is not a file of settings: it ",
        "train",
        data,
        "--max-lr",
        1,
        "--class-weights",
        file,
        "--out",
        out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": ", "{\"a\":,}", "[]", "{\"a\":{}}", "{\"a\":1,\"a\":2}"})
  void headersOfModels(String json) throws IOException {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    Path file = Files.write(temp.resolve("model.safetensors"), bytes.array());
    told(file + " is not a sound safetensors file: ", "evaluate", file, data);
    told(file + " is not a sound safetensors file: ", "predict", file, data);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp", "webp", "tif"})
  void images(String extension) throws IOException {
    Path images = TestData.fewColours(temp.resolve("images" + extension));
    for (String begin :
        List.of("\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff\u00e0", "GIF89a", "BM", "II*\0")) {
      byte[] bytes = (begin + "x".repeat(40)).getBytes(StandardCharsets.ISO_8859_1);
      Path file = Files.write(images.resolve("train/red/a." + extension), bytes);
      told(file + " ", "train", images, "--max-lr", 1, "--out", temp.resolve("none"));
    }
  }
}
