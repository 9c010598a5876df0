package dev.onecycle.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

/** Settings from options, environment variables, files, models and defaults. */
class ConfigOptionsTest {
  @TempDir Path temp;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(temp.resolve(name), content);
  }

  private static Cli.Result printed(Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--print-config", "--json"));
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  /** The line of a setting, with its columns closed up. */
  private static String line(String printed, String setting) {
    return printed
        .lines()
        .filter(line -> line.matches("(# )?" + setting + ":.*"))
        .reduce((one, other) -> one + " and " + other)
        .orElse("none")
        .replaceAll(" +", " ");
  }

  @Test
  void settingsCanStandInYaml() throws IOException {
    Path yaml =
        file(
            "settings.yaml",
            """
            # For the pictures of the garden.
            data: photos/garden
            model: fast
            batch_size: 64
            max_lr: 5e-2
            momentum: 0.95:0.8
            skip_bad: true
            flip: none
            seed: 9007199254740993
            """);
    JsonNode config = printed("train", "--config", yaml).json();
    assertThat(config.get("data").asText()).isEqualTo("photos/garden");
    assertThat(config.get("model").asText()).isEqualTo("fast");
    assertThat(config.get("batch_size").asInt()).isEqualTo(64);
    assertThat(config.get("max_lr").asDouble()).isEqualTo(0.05);
    assertThat(config.get("momentum").asText()).isEqualTo("0.95:0.8");
    assertThat(config.get("skip_bad").asBoolean()).isTrue();
    assertThat(config.get("flip").asText()).isEqualTo("none");
    assertThat(config.get("seed").asLong()).isEqualTo(9007199254740993L);
  }

  @Test
  void settingsCanStandInJson() throws IOException {
    Path json =
        file(
            "settings.json",
            "{\"data\": \"a\", \"epochs\": 3, \"weight_decay\": 1e-3, \"norm_decay\": false}");
    JsonNode config = printed("train", "--config", json).json();
    assertThat(config.get("data").asText()).isEqualTo("a");
    assertThat(config.get("epochs").asInt()).isEqualTo(3);
    assertThat(config.get("weight_decay").asDouble()).isEqualTo(1e-3);
    assertThat(config.get("norm_decay").asBoolean(true)).isFalse();
  }

  /** To give their defaults would make a short run of few images another one. */
  @Test
  void settingsThatFewImagesChangeArePrintedAsComments() {
    String printed = printed("train", "photos", "--momentum", 0.9).err();
    assertThat(printed)
        .contains("\nmomentum: '0.9'")
        .contains("\n# batch_size: 128")
        .contains("\n# epochs: ")
        .contains("\n# reestimate_batchnorm: 0")
        .contains("\n# augment:", "\n# pad: 4"); // photos are augmented otherwise
    assertThat(printed("train", "photos", "--pad", 2).err()).contains("\npad: 2");
    assertThat(printed("train", "photos", "--augment", "none").err()).contains("\npad: 0");
    assertThat(printed("train", "photos", "--batch-size", 64).err()).contains("\nbatch_size: 64");
    assertThat(printed("train", "photos", "--minutes", 5).err())
        .as("a cycle of a given time has the usual batch size")
        .contains("\nbatch_size: 128", "\n# epochs:")
        .doesNotContain("# #");
  }

  /** Read again, it is the same fine-tuning. */
  @Test
  void theChoicesOfAFineTuningArePrinted() {
    JsonNode tuning = printed("fine-tune", "photos", "--from", "first.pth").json();
    assertThat(tuning.get("head").asText()).isEqualTo("new");
    assertThat(tuning.get("first_layer_rate").asDouble()).isEqualTo(0.01);
    assertThat(tuning.get("from").asText()).isEqualTo("first.pth");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bach_size: 64 | FILE: setting must be a known one but was bach_size; did you mean"
            + " batch_size?",
        "batch-size: 64 | but was batch-size; did you mean batch_size?",
        "out: runs/first | but was out; did you mean",
        "quux: 1 | FILE: setting must be one of data, image_size, resize,",
        "batch_size: many | batch_size in FILE must be a whole number but was many",
        "batch_size: 64.5 | batch_size in FILE must be a whole number but was 64.5",
        "batch_size: true | batch_size in FILE must be a whole number but was true",
        "batch_size: 99999999999999999999 | batch_size in FILE must be a whole number",
        "batch_size: 1 | batch_size in FILE must be at least 2 but was 1",
        "max_lr: high | max_lr in FILE must be a number but was high",
        "max_lr: NaN | max_lr in FILE must be in (0, 1e15] but was NaN",
        "skip_bad: 3 | skip_bad in FILE must be true or false but was 3",
        "model: resnet21 | model in FILE must be one of resnet20,",
        "flip: sideways | flip in FILE must be one of ",
        "momentum: 2 | momentum in FILE must be in [0, 1) but was 2",
        "data: 3 | data in FILE must be a text but was 3",
        "epochs: [1, 2] | FILE: epochs must be a number, a text, true or false but was [1, 2]",
        "epochs: {a: 1} | FILE: epochs must be a number, a text, true or false",
        "epochs: ~ | FILE: epochs must be a number, a text, true or false but was null",
        "{epochs: 3, epochs: 4} | FILE is not a file of settings: epochs is given twice",
        "{epochs: 3, minutes: 2} | minutes in FILE must be left out where epochs in FILE is given",
        "{max_lr: 1, lr_from: x} | lr_from in FILE must be left out where max_lr in FILE is given",
        "{\"epochs\": 3 | FILE is not a file of settings: ",
        "- epochs | FILE is not a file of settings: ",
        "'' | FILE is not a file of settings",
      })
  void aFileWithAMistakeIsRefused(String content, String why) throws IOException {
    Path file = file("settings.yaml", content + "\n");
    for (String command : List.of("train", "find-lr", "sweep", "find-batch-size", "tune")) {
      Cli.Result result = Cli.run(command, "data", "--config", file);
      assertThat(result.code()).as(result.err()).isEqualTo(65);
      assertThat(result.complaints())
          .singleElement()
          .asString()
          .startsWith("onecycle: ")
          .contains(why.replace("FILE", file.toString()))
          .doesNotContain("Exception");
      assertThat(result.err().split(file.toString(), -1))
          .as("%s", result.err())
          .hasSizeBetween(2, 3);
    }
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    Cli.Result result = Cli.run("train", "data", "--config", temp.resolve("none.yaml"));
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .contains(temp.resolve("none.yaml") + " cannot be read");
  }

  /** The message speaks of a setting as the one who gave it calls it. */
  @Test
  void settingsThatContradictEachOtherAreNamedAsTheirWriterDoes() throws IOException {
    Path file = file("settings.yaml", "bias_rate: 2\n");
    Cli.Result inFile = Cli.run("train", temp, "--config", file, "--optimizer", "adamw");
    assertThat(inFile.code()).isEqualTo(2);
    assertThat(inFile.err()).contains("onecycle: bias_rate in " + file + " must be 1 for adamw");
    Cli.Result option = Cli.run("train", temp, "--bias-rate", 2, "--optimizer", "adamw");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.err()).contains("onecycle: --bias-rate must be 1 for adamw");
  }

  /** A folder may bear the name of a setting. */
  @Test
  void pathsAreToldAsTheyAre() {
    Path path = temp.resolve("batch_size").resolve("max_lr.d").resolve("weight_decay");
    Cli.Result result = Cli.run("train", path);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err()).contains(path + " does not exist");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train DATA",
        "train DATA --model fast --batch-size 48 --no-skip-bad --wd 1e-3 --momentum 0.9",
        "train DATA --minutes 2.5 --linear --repeats 3 --start 1e-5 --no-crop --no-flip",
        "train DATA --lr-from found.json --accept-stale --policy cosine --seed -7",
        "train DATA --max-lr 0.3 --checkpoint-minutes 1e-9 --on-save-error warn --image-size 24",
        "find-lr DATA --momentum 0.9 --range-steps 40 --optimizer adamw",
        "sweep DATA --dropout 0,0.3 --batch-size 16",
        "find-batch-size DATA --epochs 3",
        "tune DATA --epochs 3 --batch-size 16",
        "tune DATA --weight-decay 1e-3 --dropout 0.1"
      })
  void printedSettingsGiveTheSameConfiguration(String line) throws IOException {
    for (String data : List.of("none", "12", "true", "1e3", "it's: a #1 [list]", "~", " ")) {
      List<Object> words = new ArrayList<>(List.of((Object[]) line.split(" ")));
      words.set(1, data);
      Cli.Result first = printed(words.toArray());
      assertThat(first.json().get("data").asText()).isEqualTo(data);
      Path printed = file("printed.yaml", first.err());
      // Candidates are for the command line alone.
      List<Object> again = new ArrayList<>(List.of(words.get(0), "--config", printed));
      if (line.startsWith("sweep")) {
        again.addAll(List.of("--dropout", "0,0.3"));
      }
      assertThat(printed(again.toArray()).json()).isEqualTo(first.json());
      // All of it goes together: only the data are missing.
      if (data.equals("none")) {
        Cli.Result run = Cli.run(again.toArray());
        assertThat(run.code()).as(run.err()).isEqualTo(65);
        assertThat(run.err()).contains("none does not exist");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "find-lr", "sweep", "find-batch-size", "tune"})
  void everySettingOfACommandIsPrintedOnceWithItsOrigin(String command) {
    String printed = printed(command, "x").err();
    CommandSpec spec =
        Objects.requireNonNull(Main.commandLine().getSubcommands().get(command)).getCommandSpec();
    for (Setting<?> setting : TrainingConfig.settings()) {
      // A sweep's --max-lr is the peak of its short cycles.
      boolean ofAnother = command.equals("sweep") && setting == TrainingConfig.MAX_LR;
      String expected =
          setting == TrainingConfig.DATA
              ? "data: 'x' # argument DATA"
              : spec.findOption(setting.option()) == null || ofAnother
                  ? "none"
                  : "(.*: .+ # default(, .+)?|# .*: # (not set|to be found))";
      assertThat(line(printed, setting.name())).matches(expected);
    }
  }

  @Test
  void settingsThatTuningChoosesAreSaidToBeOpen() throws IOException {
    String open = printed("tune", "x").err();
    assertThat(line(open, "batch_size")).isEqualTo("# batch_size: # to be found");
    assertThat(line(open, "weight_decay")).isEqualTo("# weight_decay: # to be found");
    assertThat(line(open, "dropout")).isEqualTo("dropout: 0 # default");
    Path file = file("fixed.yaml", "batch_size: 32\nweight_decay: 0.01\n");
    String fixed = printed("tune", "x", "--config", file, "--dropout", "0,0.5").err();
    assertThat(line(fixed, "batch_size")).isEqualTo("batch_size: 32 # file " + file);
    assertThat(line(fixed, "weight_decay")).isEqualTo("weight_decay: 0.01 # file " + file);
    assertThat(line(fixed, "dropout")).isEqualTo("# dropout: # to be found");
    assertThat(line(printed("sweep", "x").err(), "weight_decay")).contains("# to be found");
    assertThat(line(printed("find-batch-size", "x").err(), "batch_size")).isEqualTo("none");
  }

  @Test
  void flagsCanBeTakenBack() throws IOException {
    for (Setting<?> setting : TrainingConfig.settings()) {
      if (setting.standard().filter(Boolean.class::isInstance).isEmpty()) {
        continue;
      }
      String name = setting.name();
      String not = setting.option().replaceFirst("--", "--no-");
      for (boolean before : new boolean[] {true, false}) {
        Path file = file("flag.yaml", name + ": " + before + "\n");
        JsonNode on = printed("train", "x", "--config", file, setting.option()).json();
        assertThat(on.get(name).asBoolean()).as(setting.option()).isTrue();
        Cli.Result off = printed("train", "x", "--config", file, not);
        assertThat(off.json().get(name).asBoolean(true)).as(not).isFalse();
        assertThat(line(off.err(), name)).isEqualTo(name + ": false # option " + setting.option());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--no-crop --pad 2, --pad must be left out where --no-crop is given",
    "--flip random --no-flip, --no-flip must be left out where --flip is given",
    "--linear --range-ramp exponential, --range-ramp must be left out where --linear is given",
    "--wd 1 --weight-decay 2, --weight-decay must be given once but was 2",
    "-b 16 --batch-size 32, --batch-size must be given once but was 32",
    "--skip-bad --no-skip-bad, --skip-bad must be given once but was false",
    "--epochs 3 --minutes 2, --minutes must be left out where --epochs is given",
    "--max-lr 1 --lr-from x, --lr-from must be left out where --max-lr is given"
  })
  void aSettingIsGivenOnce(String options, String why) {
    List<Object> words = new ArrayList<>(List.of("train", "x"));
    words.addAll(List.of((Object[]) options.split(" ")));
    Cli.Result result = Cli.run(words.toArray());
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.complaints()).singleElement().asString().contains(why);
  }

  /** One of an exclusive pair takes the place of the other where it comes before it. */
  @Test
  void anOptionTakesThePlaceOfWhatExcludesItInAFile() throws IOException {
    Path file = file("settings.yaml", "minutes: 3\nmax_lr: 0.5\n");
    Cli.Result result = printed("train", "x", "--config", file, "--epochs", 4, "--lr-from", "y");
    assertThat(line(result.err(), "epochs")).isEqualTo("epochs: 4 # option --epochs");
    assertThat(line(result.err(), "minutes")).isEqualTo("# minutes: # not set");
    assertThat(line(result.err(), "lr_from")).contains("y").endsWith(" # option --lr-from");
    assertThat(line(result.err(), "max_lr")).isEqualTo("# max_lr: # not set");
    assertThat(result.json().has("minutes")).isFalse();
    assertThat(result.json().has("max_lr")).isFalse();
  }

  private ProcessUnderTest process(Map<String, String> environment, Object... words) {
    List<String> command =
        ProcessUnderTest.java(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    for (Object word : words) {
      command.add(word.toString());
    }
    return ProcessUnderTest.start(temp, command, environment);
  }

  /** Option, environment, file, model, default: in this order. */
  @Test
  void theOrderOfPrecedence() throws IOException {
    Path file =
        file(
            "settings.yaml",
            "batch_size: 24\nepochs: 7\nweight_decay: 0.01\nmodel: fast\nskip_bad: true\n");
    ProcessUnderTest process =
        process(
            Map.of(
                "ONECYCLE_EPOCHS", "6",
                "ONECYCLE_BATCH_SIZE", "32",
                "ONECYCLE_OFFLINE", "true",
                "ONECYCLE_WEIGHT_DECY", "0.1",
                "ONECYCLE_FLIP", "Alternate"),
            "train",
            "photos",
            "--config",
            file,
            "--batch-size",
            48,
            "--no-offline",
            "--print-config");
    process.requireExitCode(0);
    String printed = Cli.read(process.out());
    assertThat(Cli.read(process.err()))
        .contains("ONECYCLE_WEIGHT_DECY", "did you mean ONECYCLE_WEIGHT_DECAY?");
    assertThat(line(printed, "data")).isEqualTo("data: 'photos' # argument DATA");
    assertThat(line(printed, "batch_size")).isEqualTo("batch_size: 48 # option --batch-size");
    assertThat(line(printed, "offline")).isEqualTo("offline: false # option --offline");
    assertThat(line(printed, "epochs")).isEqualTo("epochs: 6 # environment ONECYCLE_EPOCHS");
    assertThat(line(printed, "flip")).isEqualTo("flip: alternate # environment ONECYCLE_FLIP");
    assertThat(line(printed, "weight_decay")).isEqualTo("weight_decay: 0.01 # file " + file);
    assertThat(line(printed, "skip_bad")).isEqualTo("skip_bad: true # file " + file);
    assertThat(line(printed, "label_smoothing")).isEqualTo("label_smoothing: 0.1 # model fast");
    assertThat(line(printed, "optimizer")).isEqualTo("optimizer: muon # model fast");
    assertThat(line(printed, "dropout")).isEqualTo("dropout: 0 # default");
    assertThat(line(printed, "minutes")).isEqualTo("# minutes: # not set");
    JsonNode again = printed("train", "--config", file("printed.yaml", printed)).json();
    assertThat(again.get("batch_size").asInt()).isEqualTo(48);
    assertThat(again.get("epochs").asInt()).isEqualTo(6);
    assertThat(again.get("flip").asText()).isEqualTo("alternate");
    assertThat(again.get("label_smoothing").asDouble()).isEqualTo(0.1);
  }

  @Test
  void aVariableWithAMistakeIsRefusedByItsName() {
    ProcessUnderTest process = process(Map.of("ONECYCLE_EPOCHS", "many"), "train", "photos");
    process.requireExitCode(2);
    assertThat(Cli.read(process.err()))
        .startsWith("onecycle: ONECYCLE_EPOCHS must be a whole number but was many");
  }
}
