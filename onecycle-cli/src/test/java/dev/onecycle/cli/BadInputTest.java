package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One clear line, the documented exit code, and nothing left behind. */
class BadInputTest {
  @TempDir Path temp;
  private Path out = Path.of("");

  @BeforeEach
  void out() {
    out = temp.resolve("out");
  }

  private void refused(int code, String names, Object... words) throws IOException {
    List<String> before = files();
    Cli.Result result =
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> Cli.run(words), "took too long");
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: ")
        .contains(names)
        .doesNotContain("Exception");
    assertThat(files()).isEqualTo(before);
    if (Files.exists(Cli.CACHE)) {
      try (Stream<Path> cached = Files.walk(Cli.CACHE)) {
        assertThat(cached).noneMatch(file -> file.toString().endsWith(".tmp"));
      }
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private void trainRefused(int code, String names, Path data, Object... more) throws IOException {
    List<Object> words =
        new ArrayList<>(List.of("train", data, "--max-lr", "0.1", "--epochs", "3", "--out", out));
    words.addAll(List.of(more));
    refused(code, names, words.toArray());
  }

  @Test
  void emptyFolder() throws IOException {
    trainRefused(65, "empty has no files", Files.createDirectory(temp.resolve("empty")));
  }

  @Test
  void oneClassOnly() throws IOException {
    Path data = temp.resolve("single");
    for (String set : List.of("train", "test")) {
      Path folder = Files.createDirectories(data.resolve(set).resolve("cat"));
      Files.write(folder.resolve("a.png"), TestData.colourPng(1, 0, 16, 16));
      Files.write(folder.resolve("b.png"), TestData.colourPng(2, 0, 16, 16));
    }
    trainRefused(65, "one class only, cat", data);
  }

  @Test
  void classWithNoImage() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Files.createDirectory(data.resolve("train/yellow"));
    Path folder = Files.createDirectory(data.resolve("test/yellow"));
    Files.write(folder.resolve("a.png"), TestData.colourPng(1, 0, 16, 16));
    trainRefused(65, "train/yellow has no image", data);
  }

  @Test
  void truncatedJpeg() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Files.write(data.resolve("train/red/cut.jpg"), TestImages.truncatedJpeg());
    trainRefused(65, "train/red/cut.jpg is damaged or cut short", data);
  }

  @Test
  void fileThatIsNoImage() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Files.writeString(data.resolve("train/red/notes.png"), "milk, eggs, bread");
    trainRefused(
        65, "train/red/notes.png is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image", data);
  }

  @Test
  void imageOfThirtyThousandBySide() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Files.write(data.resolve("test/blue/huge.png"), TestImages.hugePng(30_000));
    trainRefused(65, "test/blue/huge.png has 30000×30000 pixels", data);
    trainRefused(65, "test/blue/huge.png has 30000×30000 pixels", data, "--image-size", "16");
  }

  @Test
  void cifarFileOfTheWrongLength() throws IOException {
    Path data = TestData.cifar10(temp.resolve("cifar"), b -> Arrays.copyOf(b, b.length - 100));
    trainRefused(65, "data_batch_2.bin must be a whole number of records", data);
  }

  @Test
  void labelOutOfRange() throws IOException {
    Path data =
        TestData.cifar10(
            temp.resolve("cifar"),
            batch -> {
              batch[3 * 3073] = 77;
              return batch;
            });
    trainRefused(65, "data_batch_2.bin has label 77 at image 3", data);
  }

  @Test
  void missingData() throws IOException {
    trainRefused(65, "nowhere does not exist", temp.resolve("nowhere"));
    for (String command : List.of("find-lr", "sweep", "tune", "find-batch-size")) {
      refused(65, "nowhere", command, temp.resolve("nowhere"));
    }
  }

  @Test
  void fileThatIsNoArchive() throws IOException {
    Path file = Files.writeString(temp.resolve("data.bin"), "nothing of use");
    trainRefused(65, "data.bin is not a folder, a .tar", file);
  }

  @ParameterizedTest
  @CsvSource({
    "--epochs 0, --epochs must be at least 1 but was 0",
    "--epochs -3000000000, --epochs must be at least -2147483648",
    "--epochs 3000000000, --epochs must be at most 2147483647 but was 3000000000",
    "--epochs 3.5, --epochs must be a whole number but was 3.5",
    "--batch-size 1, --batch-size must be at least 2 but was 1",
    "--batch-size -3, --batch-size must be at least 2 but was -3",
    "--momentum 1.5, '--momentum must be in [0, 1) but was 1.5'",
    "--momentum 0.9:x, --momentum must be a number such as 0.9",
    "--max-lr NaN, '--max-lr must be in (0, 1e15] but was NaN'",
    "--max-lr -1, '--max-lr must be in (0, 1e15] but was -1'",
    "--max-lr 1e300, '--max-lr must be in (0, 1e15] but was 1e300'",
    "--max-lr abc, --max-lr must be a number but was abc",
    "--dropout 1, '--dropout must be in [0, 1) but was 1'",
    "--dropout -0.5, '--dropout must be in [0, 1) but was -0.5'",
    "--dropout NaN --model resnet9, '--dropout must be in [0, 1) but was NaN'",
    "--weight-decay -1, '--weight-decay must be in [0, 1000000] but was -1'",
    "--weight-decay 1e7, '--weight-decay must be in [0, 1000000] but was 10000000'",
    "--bias-rate 1e7, '--bias-rate must be in (0, 1000000] but was 10000000'",
    "--weight-decay NaN, '--weight-decay must be in [0, 1000000] but was NaN'",
    "--label-smoothing 1, --label-smoothing must be in",
    "--accumulate 0, --accumulate must be at least 1",
    "--evaluate-every 0, --evaluate-every must be at least 1 but was 0",
    "--evaluate-every 1.5, --evaluate-every must be a whole number",
    "--threads -1, '--threads must be in [0, 256] but was -1'",
    "--threads 100000, '--threads must be in [0, 256] but was 100000'",
    "--batchnorm-momentum 0, --batchnorm-momentum must be in",
    "--pad -1, --pad must be in",
    "--augment foto, '--augment must be one of photo, small, none, or a file that exists but was"
        + " foto; did you mean photo?'",
    "--cutout -1, --cutout must be at least 0 but was -1",
    "--image-size 0, --image-size must be a side S or HEIGHTxWIDTH",
    "--range-steps 2, --range-steps must be at least 10",
    "--repeats 0, --range-repeats must be at least 1",
    "--end 1e300, '--range-end must be in (0, 1e15] but was 1e300'",
    "--start -1, '--range-start must be in (0, 1e15] but was -1'",
    "--divider 0, --divider must be positive",
    "--annihilation 1, --annihilation must be in",
    "--model resnet21, --model must be one of resnet20",
    "--policy constand, --policy must be one of onecycle",
    "--optimizer adam, '--optimizer must be one of sgd, nesterov, adamw, muon but was adam; did you"
        + " mean adamw?'",
    "--precision fp8, --precision must be one of",
    "--device gpu, --device must be one of",
    "--device cuda --threads 2, --threads must be 1 or left out on a GPU",
    "--modle resnet20, unknown option '--modle'; did you mean --model?",
    "--no-crop --pad 2, --pad must be left out where --no-crop is given",
    "--optimizer adamw --decoupled-decay, --decoupled-decay must be left out",
    "--policy constant --divider 3, --divider must be left out with the policy constant",
    "--policy fastai2 --annihilation 0.1, --annihilation must be left out with the policy fastai2",
    "--policy cosine --annihilation 0.1, --annihilation must be left out with the policy cosine"
  })
  void optionsThatMakeNoSense(String options, String names) throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    List<Object> words = new ArrayList<>(List.of("train", data, "--out", out));
    words.addAll(List.of(options.split(" ")));
    refused(2, names, words.toArray());
  }

  @Test
  void aGpuThatTheEngineDoesNotSee() throws IOException {
    assumeFalse(Engine.seesGpu());
    Path data = TestData.fewColours(temp.resolve("data"));
    String refusal =
        "--device must be one that the engine can compute on but was cuda; this build brings the"
            + " engine for ";
    trainRefused(2, refusal, data, "--device", "cuda");
    trainRefused(2, refusal, data, "--device=CUDA");
    refused(2, refusal, "find-lr", data, "--device", "cuda");
    refused(2, refusal, "tune", data, "--device", "cuda", "--out", out);
    refused(2, refusal, "find-batch-size", data, "--device", "cuda");
  }

  @Test
  void tooFewStepsForACycle() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    refused(
        2,
        "--epochs must be at least 2, since",
        "train",
        data,
        "--max-lr",
        "1",
        "--epochs",
        1,
        "--out",
        out);
  }

  @ParameterizedTest
  @CsvSource({
    "--max-lr 1 --steps 100 --epochs 3, --steps must be given alone",
    "--max-lr 1 --epochs 3, --epochs and --steps-per-epoch",
    "--max-lr 1, length of the run",
    "--steps 100, --max-lr",
    "--max-lr 1 --steps 0, --steps must be at least 1",
    "--max-lr 1 --steps 2, steps must be enough",
    "--max-lr 1 --epochs 9223372036854775807 --steps-per-epoch 2, --epochs must be at most",
    "--max-lr NaN --steps 100, peak learning rate must be positive"
  })
  void schedulesThatMakeNoSense(String options, String names) throws IOException {
    List<Object> words = new ArrayList<>(List.of("schedule"));
    words.addAll(List.of(options.split(" ")));
    refused(2, names, words.toArray());
  }

  @Test
  void outputFolderThatCannotBeMade() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    refused(73, "/proc/run", "train", data, "--max-lr", "0.1", "--out", "/proc/run");
    Path below = data.resolve("train/red/000.png/run");
    refused(73, below.toString(), "train", data, "--max-lr", "0.1", "--out", below);
  }

  @Test
  void outputFolderInUse() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Files.writeString(Files.createDirectory(out).resolve("letter.txt"), "dear reader");
    trainRefused(2, "output folder must be new or empty but was " + out, data);
  }

  @Test
  void filesOfARangeTestThatCannotBeWritten() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Path svg = temp.resolve("curve.svg");
    refused(73, "/proc/curve.svg", "find-lr", data, "--svg", "/proc/curve.svg");
    refused(73, "/proc/c.csv", "find-lr", data, "--svg", svg, "--csv", "/proc/c.csv");
    refused(73, "/proc/c.png", "find-lr", data, "--svg", svg, "--png", "/proc/c.png");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--weight-decay 1e-4; candidates must be at least two values",
        "--weight-decay 1e-3,1e-4 --dropout 0,0.1; candidates must be of one hyper-parameter",
        "--weight-decay 1e-3,1e-3; --weight-decay must be distinct candidates",
        "--weight-decay 1e-3,-1; --weight-decay must be in [0, 1000000] but was -1",
        "--dropout 0,1; --dropout must be in [0, 1) but was 1",
        "--momentum 0.9,2; --momentum must be in [0, 1) but was 2",
        "--momentum 0.9,x; --momentum must be a number",
        "--momentum 0.95:0.85,0.9:0.85; --momentum must be one number for each of several"
            + " candidates but was 0.95:0.85",
        "--momentum 0.8,0.95:0.85 --by-cycle 1; --momentum must be one number for each of several"
            + " candidates but was 0.95:0.85",
        "--weight-decay 0,-0; --weight-decay must be distinct candidates but was 0,-0",
        "--batch-size 16,1; --batch-size must be at least 2 but was 1",
        "--by-cycle -1; --by-cycle must be at least 0",
        "--max-lr 0.1; --max-lr must be given with --by-cycle",
        "--repeats 0; --range-repeats must be at least 1"
      })
  void sweepsThatMakeNoSense(String options, String names) throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    List<Object> words = new ArrayList<>(List.of("sweep", data, "--out", temp.resolve("s.json")));
    words.addAll(List.of(options.split(" ")));
    refused(2, names, words.toArray());
  }

  /** Only candidates are numbers. */
  @Test
  void aMomentumThatIsNotSweptMayBeARange() throws IOException {
    Path none = temp.resolve("none");
    refused(
        65,
        "none does not exist",
        "sweep",
        none,
        "--out",
        temp.resolve("s.json"),
        "--weight-decay",
        "1e-3,1e-4",
        "--momentum",
        "0.95:0.85");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tune; --batch-size 16,32; --batch-size must be one",
        "tune; --momentum 0.95:0.85,0.8; --momentum must be one value",
        "tune; --weight-decay 0,-0; --weight-decay must be distinct candidates",
        "tune; --epochs 0; --epochs must be at least 1",
        "tune; --final-tests 0; --final-tests must be at least 1",
        "tune; --memory 5; --memory must be an amount such as 2G",
        "tune; --memory 1k; --memory must be at least 1M",
        "tune; --batch-rule biggest; --batch-rule",
        "find-batch-size; --batch-size 32; unknown option '--batch-size'",
        "find-batch-size; --batch-rule small; --batch-rule",
        "find-batch-size; --batch-rule cycle; --batch-rule must be largest or knee",
        "tune; --batch-rule cycle --by-cycle 0; --batch-rule must be knee or largest",
        "tune; --batch-size 8 --memory 1G; --batch-size must be left out",
        "train; --minutes 0; --minutes must be in (0, 525600] but was 0",
        "train; --minutes NaN; --minutes must be in (0, 525600]",
        "train; --minutes 3 --epochs 3; --minutes must be left out where --epochs is given",
        "train; --label-column=breed; --label-column must be left out where no --labels is given",
        "train; --stream-window=9; --stream-window must be left out where no --stream is given",
        "train; --head=new; --head must be left out where no --from is given",
        "train; --frozen-norms=trained; --frozen-norms must be left out where no --freeze is given",
        "train; --accept-stale; --accept-stale must be left out where no --lr-from is given",
        "train; --lr-from x.json --max-lr 0.1; --lr-from must be left out where --max-lr is given"
      })
  void tuningAndTrainingThatMakeNoSense(String command, String options, String names)
      throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    List<Object> words = new ArrayList<>(List.of(command, data));
    words.addAll(List.of(options.split(" ")));
    refused(2, names, words.toArray());
  }

  @Test
  void recipesAndResultsThatAreNone() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Path text = Files.writeString(temp.resolve("letter.txt"), "dear reader");
    trainRefused(65, text + " is not a recipe", data, "--recipe", text);
    refused(65, text + " is not the result of", "train", data, "--lr-from", text, "--out", out);
    Path twice = Files.writeString(temp.resolve("twice.yaml"), "format: 1\nformat: 1\n");
    trainRefused(65, twice + " is not a recipe: format is given twice", data, "--recipe", twice);
    Path bytes = Files.write(temp.resolve("bytes.yaml"), new byte[] {'a', (byte) 0xff});
    trainRefused(65, bytes + " is not a recipe: it is not text in UTF-8", data, "--recipe", bytes);
    Path empty = Files.createFile(temp.resolve("empty.yaml"));
    trainRefused(65, empty + " is not a recipe", data, "--recipe", empty);
    Path missing = temp.resolve("missing.yaml");
    trainRefused(65, missing + " cannot be read", data, "--recipe", missing);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void devicesWithoutEnd() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    trainRefused(65, "/dev/zero is not a recipe: it is larger", data, "--recipe", "/dev/zero");
    refused(65, "/dev/zero is not", "train", data, "--lr-from", "/dev/zero", "--out", out);
    refused(65, "/dev/zero is not a log", "compare", "--csv", "/dev/zero", "--out", out);
    refused(65, "/dev/zero", "evaluate", "/dev/zero", data);
  }

  @Test
  void missingModel() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Path model = temp.resolve("model.safetensors");
    refused(65, model + " cannot be read", "evaluate", model, data);
    refused(65, model + " cannot be read", "predict", model, data.resolve("test/red/000.png"));
  }

  @Test
  void modelThatIsNone() throws IOException {
    Path data = TestData.fewColours(temp.resolve("data"));
    Path model = Files.writeString(temp.resolve("model.safetensors"), "these are no weights");
    refused(65, model + " is not a sound safetensors file", "evaluate", model, data);
    refused(65, model.toString(), "predict", model, data.resolve("test/red/000.png"));
  }

  @Test
  void aFlatFolderIsToldTheOptionsThatGiveItsClasses() throws IOException {
    TestData.write(temp.resolve("flat/cat_1.png"), TestImages.png(4, 4, 0));
    refused(65, "set --labels to its file; ", "train", temp.resolve("flat"));
    refused(65, "set --label-pattern, to '(.+)_[0-9]+'", "train", temp.resolve("flat"));
  }

  @Test
  void argumentsThatAreMissing() throws IOException {
    refused(2, "DATA must be given; for example: onecycle train photos/", "train");
    refused(2, "DATA must be given; for example: onecycle find-lr photos/", "find-lr");
    refused(2, "MODEL must be given; for example: onecycle evaluate runs/NAME", "evaluate");
    refused(2, "MODEL and IMAGE must be given; for example: onecycle predict runs/", "predict");
    refused(2, "IMAGE must be given; for example: onecycle predict runs/", "predict", "model");
    refused(2, "--max-lr RATE must be given; for example: onecycle schedule --", "schedule");
    refused(2, "--epochs must be given with a value: --epochs N", "train", "photos", "--epochs");
    refused(2, "RUN must be given twice or more, or a --csv but was not given", "compare");
    refused(2, "a command is missing");
  }
}
