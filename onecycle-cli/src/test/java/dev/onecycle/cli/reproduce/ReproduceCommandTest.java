package dev.onecycle.cli.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.Console;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.TrainingJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Campaigns at scale smoke, as the command runs them. */
@Tag("long")
class ReproduceCommandTest {
  @TempDir Path temp;

  private static Cli.Result reproduce(Object... words) {
    List<Object> all = new ArrayList<>(List.of("reproduce"));
    all.addAll(List.of(words));
    all.addAll(List.of("--scale", "smoke", "--json"));
    return Cli.run(all.toArray());
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyExperimentRunsAndSharedArmsRunOnce() {
    Path results = temp.resolve("results.md");
    Cli.Result result = reproduce("all", "--seeds", 1, "--out", temp, "--results", results);
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode experiments = result.json().get("experiments");
    assertThat(experiments).hasSize(12);
    TreeSet<String> runs = new TreeSet<>();
    for (JsonNode experiment : experiments) {
      assertThat(experiment.get("complete").asBoolean()).as(experiment.toString()).isTrue();
      assertThat(Path.of(experiment.get("page").asText())).isRegularFile();
      assertThat(experiment.get("claims")).isNotEmpty();
      for (JsonNode arm : experiment.get("arms")) {
        runs.add(arm.get("runs").get(0).get("run").asText());
      }
      assertThat(Cli.read(results)).contains("## " + experiment.get("title").asText());
    }
    assertThat(runs).contains("runs/policy-seed1", "ranges/decay-1e-4-seed1.json");
    // 3 of the 4 runs of each of 6 grids lost.
    assertThat(names(temp.resolve("runs")).size() + names(temp.resolve("ranges")).size())
        .isEqualTo(runs.size() + 3 * 6);
    assertThat(Cli.read(results)).contains("93.53").contains("every run");
    assertThat(Cli.read(temp.resolve("policy.html"))).contains("0.2691").contains("Commands");
    JsonNode chosen = experiments.get(11).get("arms").get(0);
    assertThat(chosen.get("note").asText())
        .startsWith("resnet20, batch 8, 2 epochs; peak 0.0")
        .contains("chosen of 0.001563");
    assertThat(Cli.read(results).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
    assertThat(Cli.read(results)).contains("\nOf 3 claims: 3 not decidable. 3 of 3 runs are done.");
    assertThat(Cli.read(results).lines())
        .contains("- One cycle, peak 0.8, 95 epochs: resnet20, batch 8, 2 epochs, peak 0.0125")
        .anyMatch(line -> line.startsWith("| arm | peak 0.001563 |"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** A page of one's own keeps its texts; the parts of the experiments are written anew. */
  @Test
  void thePartsOfAPageAreWrittenAnew() throws IOException {
    Path page = temp.resolve("page.md");
    String before = "# Mine\n\n<!-- results of policy -->\nold\n<!-- end -->\n";
    String after = "\nMore.\n<!-- results of dropout -->\nkept\n<!-- end -->\n";
    Files.writeString(page, before + after);
    Path out = temp.resolve("out");
    Object[] words = {"policy", "--no-run", "--out", out, "--results", page};
    assertThat(reproduce(words).err())
        .contains("--out must be the folder of a campaign but was " + out);
    Files.createDirectory(out);
    assertThat(reproduce(words).code()).isZero();
    String written = Cli.read(page);
    assertThat(written)
        .startsWith("# Mine\n\n<!-- results of policy -->\n\n| arm | test accuracy")
        .contains("\n- **Not decidable**: One cycle of 95 epochs is not more than half")
        .doesNotContain("old")
        .endsWith("<!-- end -->\n" + after);
    assertThat(reproduce(words).code()).isZero();
    assertThat(Cli.read(page)).isEqualTo(written);
    Object[] two = {"policy", "weight-decay", "--no-run", "--out", out, "--results", page};
    assertThat(reproduce(two).err()).contains(page + ", which has no part for weight-decay");

    // The number of verdicts, once every part of the page is written.
    String all = "<!-- results of all -->\ncounts\n<!-- end -->\n";
    Files.writeString(page, before + all + after);
    assertThat(reproduce(words).code()).isZero();
    assertThat(Cli.read(page)).contains(all);
    Files.writeString(page, before + all);
    assertThat(reproduce(words).code()).isZero();
    assertThat(Cli.read(page))
        .contains("| policy | 0 | 0 | 3 | 0 of 9 |")
        .contains("\n- Of 0 tested claims none is decided, each at the 5 % level.\n")
        .doesNotContain("counts");
    Cli.Result both = reproduce("policy", "weight-decay", "--no-run", "--out", out);
    assertThat(both.json().get("tested").asInt()).isZero();
    assertThat(both.json().get("decided_with_holm").asInt()).isZero();

    Files.writeString(page, before.replace("policy", "polcy"));
    assertThat(reproduce(words).err()).contains("--results must be a new file, a page that");
    assertThat(Cli.read(page)).contains("old");

    Files.writeString(page, before.replace("<!-- end -->", "") + after); // the end of another
    assertThat(reproduce(words).err())
        .contains("<!-- results of policy --> must be ended by a line <!-- end -->");
    assertThat(Cli.read(page)).contains("old");
  }

  /** The tables in the documents are those of the records beside them. */
  @Test
  void theResultsInTheDocumentsAreThoseOfTheRecords() throws IOException {
    Path docs = Path.of("../docs").toAbsolutePath().normalize();
    Path records = temp.resolve("cpu");
    copy(docs.resolve("reproduce/cpu"), records);
    Path page = Files.copy(docs.resolve("results.md"), temp.resolve("results.md"));
    Cli.Result result =
        Cli.run(
            "reproduce",
            "all",
            "--no-run",
            "--scale",
            "cpu",
            "--data",
            "cifar10-jpeg.tar",
            "--out",
            records,
            "--results",
            page);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(page).hasSameTextualContentAs(docs.resolve("results.md"));
  }

  /** The test images are read after the last epoch alone: held-out images judge the epochs. */
  @Test
  void theTestImagesJudgeNoEpoch() {
    assertThat(reproduce("policy", "--only", "policy:1", "--out", temp).code()).isZero();
    JsonNode run = Cli.parse(temp.resolve("runs/policy-seed1/run.json"));
    assertThat(run.at("/data/evaluation/name").asText()).isEqualTo("held-out part");
    assertThat(run.at("/outcome/test_images").asInt()).isEqualTo(1000);
    assertThat(run.at("/outcome/test_accuracy").asDouble()).isBetween(0.0, 1.0);
  }

  @Test
  void aCampaignGoesOnWhereItWas() throws IOException {
    assertThat(reproduce("constant-momentum", "--only", "policy:1", "--out", temp).code()).isZero();
    Path finished = temp.resolve("runs/policy-seed1/run.json");
    byte[] before = Files.readAllBytes(finished);
    Study study = Study.of("constant-momentum", ScaleName.SMOKE);
    Trial trial = Trial.of(study.arms().get(1), 1);
    Path stopped = temp.resolve("runs/constant-momentum-seed1");
    TrainingJob.start(trial.config("shapes"), stopped, stopsAfter(5));
    assertThat(RunFolder.read(stopped).status()).isEqualTo(Status.INTERRUPTED);

    Cli.Result result = reproduce("constant-momentum", "--seeds", 2, "--out", temp);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("Resuming from step").contains("1 of 3");
    assertThat(Files.readAllBytes(finished)).isEqualTo(before);
    assertThat(RunFolder.read(stopped).status()).isEqualTo(Status.FINISHED);
    JsonNode claim = result.json().at("/experiments/0/claims/0");
    assertThat(claim.get("n").asInt()).isEqualTo(2);
    assertThat(claim.get("p").asDouble()).isBetween(0.0, 1.0);
  }

  /** Seeds after the planned ones count where they are done, unless a number is asked for. */
  @Test
  void furtherSeedsCountWhereNoNumberIsAskedFor() {
    String[] run = {"constant-momentum", "--only", "policy", "--out", temp.toString()};
    List<Object> five = new ArrayList<>(List.of((Object[]) run));
    five.addAll(List.of("--seeds", 5));
    assertThat(reproduce(five.toArray()).code()).isZero();
    Cli.Result own =
        reproduce("constant-momentum", "--only", "constant-momentum", "--seeds", 4, "--out", temp);
    assertThat(own.code()).isZero();

    Cli.Result all = reproduce("constant-momentum", "--no-run", "--out", temp);
    JsonNode experiment = all.json().at("/experiments/0");
    assertThat(experiment.at("/arms/0/runs")).hasSize(5);
    assertThat(experiment.at("/arms/1/runs")).hasSize(4);
    assertThat(experiment.at("/claims/0/n").asInt()).isEqualTo(4);
    assertThat(experiment.get("complete").asBoolean()).isTrue();
    assertThat(Cli.read(temp.resolve("constant-momentum.html"))).contains("--seeds 5");

    Cli.Result three = reproduce("constant-momentum", "--no-run", "--seeds", 3, "--out", temp);
    assertThat(three.json().at("/experiments/0/arms/0/runs")).hasSize(3);
    assertThat(three.json().at("/experiments/0/claims/0/n").asInt()).isEqualTo(3);
  }

  /** Every step of its range test would see all images, whichever the seed. */
  private static final String WITHOUT_RATE =
      """
      title: A rate that is not found
      source: none
      settings: {model: resnet20, optimizer: sgd, policy: onecycle}
      arms:
        without-rate:
          title: batches of all images
          smoke: {batch_size: 200, epochs: 20}
        given:
          title: a rate that is given
          smoke: {batch_size: 32, epochs: 2, max_lr: 0.01}
      claims:
        - text: Both are equal.
          measure: test_accuracy
          contrast: {given: 1, without-rate: -1}
          different: 0
      """;

  /** A trial without a rate is done without a result; it blocks neither others nor later calls. */
  @Test
  void aRangeTestWithoutARateDoesNotEndTheCampaign() throws IOException {
    Path mine = temp.resolve("mine.yaml");
    Files.writeString(mine, WITHOUT_RATE);
    Path out = temp.resolve("out");
    Cli.Result result = reproduce(mine, "--seeds", 1, "--out", out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("No result: the range test gives no learning rate: each of its steps")
        .contains("remove " + out.resolve("failed/without-rate-seed1.json"));
    assertThat(names(out.resolve("runs"))).containsExactly("given-seed1");
    JsonNode experiment = result.json().at("/experiments/0");
    assertThat(experiment.get("complete").asBoolean()).isTrue();
    JsonNode failed = experiment.at("/arms/0/runs/0");
    assertThat(failed.get("run").asText()).isEqualTo("failed/without-rate-seed1.json");
    assertThat(failed.get("diverged").asBoolean()).isFalse();
    assertThat(failed.get("failure").asText()).startsWith("the range test gives no learning rate");
    assertThat(experiment.at("/arms/1/runs/0").has("failure")).isFalse();
    assertThat(experiment.at("/claims/0/by").asText())
        .startsWith("1 of 1 runs of without-rate without a result: the range test gives no");
    assertThat(Cli.read(out.resolve("mine.md"))).contains("1 of 1 without a result");

    Cli.Result again = reproduce(mine, "--seeds", 1, "--out", out);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).doesNotContain("1 of 1: ");
    Files.writeString(mine, WITHOUT_RATE.replace("epochs: 20", "epochs: 21"));
    assertThat(reproduce(mine, "--seeds", 1, "--out", out).err())
        .contains("epochs of " + out.resolve("failed/without-rate-seed1.json") + " must be 21");
  }

  /** A trial that another process has taken has no folder yet. */
  @Test
  void aTrialOfAnotherProcessIsLeftToIt() throws IOException {
    Path taken = Files.createDirectories(temp.resolve("locks/policy-seed1"));
    try (RunLock unused = RunLock.take(taken)) {
      Cli.Result result = reproduce("constant-momentum", "--seeds", 1, "--out", temp);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err()).contains("policy-seed1 is in use by another process");
      assertThat(result.json().at("/experiments/0/complete").asBoolean()).isFalse();
    }
    assertThat(names(temp.resolve("runs"))).containsExactly("constant-momentum-seed1");
  }

  /** What another process does while a trial of this one runs is seen before the next one. */
  @Test
  void eachTrialIsLookedAtWhenItsTurnComes() throws IOException {
    Study study = Study.of("constant-momentum", ScaleName.SMOKE);
    Campaign campaign = new Campaign(temp, "shapes", 1, false);
    Trial second = Trial.of(study.arms().get(1), 1);
    Path run = campaign.place(second);
    List<RunLock> held = new ArrayList<>();
    StringWriter said = new StringWriter();
    try {
      boolean whole =
          new CampaignRuns(
                  new Console(
                      new PrintWriter(said), new PrintWriter(new StringWriter()), false, false),
                  campaign,
                  trial -> {
                    if (trial.equals(second)) {
                      TrainingJob.start(second.config("shapes"), run, stopsAfter(5));
                      held.add(RunLock.take(run));
                    }
                    return trial.equals(second);
                  },
                  Set.of())
              .run(study.arms());
      assertThat(whole).isTrue();
    } finally {
      held.forEach(RunLock::close);
    }
    assertThat(said.toString()).contains("constant-momentum-seed1 is in use by another process");
    assertThat(campaign.state(second)).isEqualTo(Campaign.State.UNFINISHED);
  }

  /** Without test images no claim about them could be decided, however long the training. */
  @Test
  void dataWithoutTestImagesAreRefusedBeforeTraining() throws IOException {
    TestData.coloursSplit(temp.resolve("data/train"), 90, 8, 8);
    Path out = temp.resolve("out");
    Cli.Result refused = reproduce("policy", "--data", temp.resolve("data"), "--out", out);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("--data must be images with a test set, since a claim measures it for the arm")
        .contains("put a folder test beside train");
    assertThat(out.resolve("runs")).doesNotExist();
  }

  private static RunControl stopsAfter(int steps) {
    AtomicInteger asked = new AtomicInteger();
    return new RunControl() {
      @Override
      public boolean stopRequested() {
        return asked.incrementAndGet() > steps;
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return work.get();
      }
    };
  }

  @Test
  void sharesOfSeveralMachinesAreMergedByCopying() throws IOException {
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    for (Path machine : List.of(one, two)) {
      String share = machine.equals(one) ? "1/2" : "2/2";
      Cli.Result result =
          reproduce("high-rate-50", "--seeds", 2, "--share", share, "--out", machine);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.json().at("/experiments/0/complete").asBoolean()).isFalse();
      assertThat(names(machine.resolve("runs"))).hasSize(2);
    }
    for (String run : names(two.resolve("runs"))) {
      Files.move(two.resolve("runs").resolve(run), one.resolve("runs").resolve(run));
    }
    Cli.Result merged = reproduce("high-rate-50", "--seeds", 2, "--no-run", "--out", one);
    assertThat(merged.code()).as(merged.err()).isZero();
    assertThat(merged.json().at("/experiments/0/complete").asBoolean()).isTrue();
  }

  @Test
  void runsWithOtherSettingsAreRefused() throws IOException {
    Path mine = temp.resolve("mine.yaml");
    Cli.Result printed = Cli.run("reproduce", "constant-momentum", "--print");
    Files.writeString(mine, printed.out());
    Path out = temp.resolve("out");
    assertThat(reproduce(mine, "--only", "constant-momentum:1", "--out", out).code()).isZero();
    Files.writeString(mine, printed.out().replace("momentum: '0.9'", "momentum: '0.8'"));
    Cli.Result refused = reproduce(mine, "--out", out);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("momentum of " + out.resolve("runs/constant-momentum-seed1"))
        .contains("must be 0.8")
        .contains("was 0.9");
  }

  /** The run of other images is refused before it has a folder. */
  @Test
  void runsOfOtherImagesAreRefused() throws IOException {
    Path out = temp.resolve("out");
    assertThat(reproduce("policy", "--only", "policy:01", "--out", out).code()).isZero();
    Path other = TestData.colours(temp.resolve("data"), 90, 10, 8, 8);
    Cli.Result refused = reproduce("constant-momentum", "--data", other, "--out", out);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains(
            "images of " + out.resolve("runs/constant-momentum-seed1") + " must be the same as in ")
        .contains("runs/policy-seed1");
    assertThat(names(out.resolve("runs"))).containsExactly("policy-seed1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "polizy | --seeds=1 | did you mean policy?",
        "policy | --seeds=0 | seeds must be at least 1 but was 0",
        "policy | --share=1/99999999999 | --share must be I/N with I from 1 to N",
        "policy | --share=3/2 | --share must be I/N with I from 1 to N",
        "policy | --only=polizy | --only must be arms of the experiments, policy,",
        "policy | --only=policy:9 | ARM or ARM:SEED with a seed from 1 to 3"
      })
  void mistakesAreToldInALine(String name, String option, String message) {
    Cli.Result result = reproduce(name, option, "--out", temp);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains(message);
  }

  /** Their pages would have one name. */
  @Test
  void twoExperimentsOfOneNameAreRefused() throws IOException {
    Path mine = temp.resolve("policy.yaml");
    Files.writeString(mine, StudyFiles.text("policy"));
    Cli.Result result = reproduce("policy", mine, "--out", temp.resolve("out"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("NAME must be of one experiment each but was policy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "title | titel | Unrecognized field \"titel\"",
        "measure: test_loss | measure: loss | measure must be one of test_accuracy, test_loss,",
        "policy: onecycle | polizy: onecycle | did you mean policy?",
        "constant-momentum: -1 | constant: -1 | contrast must be arms of the experiment, policy,",
        "above: 0 | about: 0 | Unrecognized field \"about\"",
        "uses: [policy] | uses: [other] | uses must be arms of the program's experiments"
      })
  void aMistakeInAFileIsTold(String written, String mistake, String message) throws IOException {
    Path mine = temp.resolve("mine.yaml");
    String text = StudyFiles.text("constant-momentum");
    assertThat(text).contains(written);
    Files.writeString(mine, text.replace(written, mistake));
    Cli.Result result = reproduce(mine, "--out", temp.resolve("out"));
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err()).contains(mine.toString()).contains(message);
  }

  @Test
  void anArmOrAClaimWithoutABodyIsTold() throws IOException {
    String head = "title: T\nsource: S\nsettings: {epochs: 2}\n";
    for (List<String> one :
        List.of(
            List.of("arms:\n  a: ~\n", "a must be given but was left out"),
            List.of(
                "arms:\n  a: {title: A}\nclaims:\n  - ~\n",
                "an item of a list must be given but was left out"))) {
      Path mine = Files.writeString(temp.resolve("mine.yaml"), head + one.get(0));
      Cli.Result result = reproduce(mine, "--out", temp.resolve("out"));
      assertThat(result.code()).as(result.err()).isEqualTo(65);
      assertThat(result.complaints()).hasSize(1);
      assertThat(result.err()).contains(mine.toString(), one.get(1));
    }
  }

  /** A quarter of epochs, batches and rates at scale cpu; the shares of the cycle are the same. */
  @Test
  void theScaleKeepsTheProportionsOfTheCycle() {
    Arm full = Study.of("high-rate-50", ScaleName.FULL).arms().get(1);
    Arm cpu = Study.of("high-rate-50", ScaleName.CPU).arms().get(1);
    assertThat(full.config().toMap())
        .containsEntry("model", "resnet56")
        .containsEntry("batch_size", 512)
        .containsEntry("max_lr", 3.0)
        .containsEntry("epochs", 50);
    assertThat(cpu.config().toMap())
        .containsEntry("model", "resnet20")
        .containsEntry("batch_size", 128)
        .containsEntry("max_lr", 0.75)
        .containsEntry("epochs", 13)
        .containsEntry("limit", 12500);
    for (String kept : List.of("divider", "annihilation", "momentum", "weight_decay")) {
      assertThat(cpu.config().toMap().get(kept)).isEqualTo(full.config().toMap().get(kept));
    }
  }
}
