package dev.onecycle.cli.reproduce;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.console.Table;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.claims.ArmResult;
import dev.onecycle.report.claims.ManyClaims;
import dev.onecycle.report.claims.StudyResult;
import dev.onecycle.report.claims.StudyTables;
import dev.onecycle.report.page.StudyReport;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the experiments of the sources again. */
@Command(
    name = "reproduce",
    description = {
      "Run the experiments of the sources again, over several seeds, and say which of their claims"
          + " hold. Runs that are finished are kept, and a run that was interrupted is resumed, when"
          + " the command is called again.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle reproduce list",
      "  onecycle reproduce policy --scale cpu --seeds 5",
      "  onecycle reproduce all --share 1/2        one of two machines",
      "  onecycle reproduce all --no-run --results results.md",
      "  onecycle reproduce policy --print > mine.yaml"
    })
public final class ReproduceCommand implements Callable<Integer> {
  private static final String LIST = "list";
  private static final String ALL = "all";
  private static final int SEEDS = 3;

  /** The title of a page that this command writes. */
  private static final String RESULTS = "Results";

  @Parameters(
      paramLabel = "NAME",
      arity = "1..*",
      description =
          "Experiments by name, or YAML files of others; list names them, all is all of them.")
  List<String> names = new ArrayList<>();

  @Option(
      names = "--scale",
      paramLabel = "SCALE",
      description =
          "full is the source's size, for a GPU; cpu is a quarter of it, for two cores; smoke is a"
              + " few steps, to see that it runs. Default: cpu.")
  ScaleName scale = ScaleName.CPU;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "Seeds of each arm, from 1. Default: 3; results then have the seeds from 4 that are done,"
              + " too.")
  @Nullable Integer seeds;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "The images, as train takes them. Default: cifar10; at scale smoke, shapes.")
  @Nullable String data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description =
          "Folder of the campaign, new or with runs of it. Default: reproduce/SCALE. Experiments in"
              + " one folder share their runs.")
  @Nullable Path out;

  @Option(
      names = "--only",
      paramLabel = "ARM[:SEED]",
      split = ",",
      description = "Run only these arms, or seeds of arms. May be given repeatedly.")
  List<String> only = new ArrayList<>();

  @Option(
      names = "--share",
      paramLabel = "I/N",
      description = "Run only the I-th of N equal shares of the runs, to use N machines.")
  @Nullable String share;

  @Option(names = "--no-run", description = "Run nothing; write the pages of what is there.")
  boolean noRun;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = {
        "Write one Markdown page with the tables of all these experiments. In a page that has lines"
            + " <!-- results of NAME --> and <!-- end -->, write what is between them, and keep"
            + " the rest."
      })
  @Nullable Path results;

  @Option(names = "--print", description = "Print the YAML of the experiments, and end.")
  boolean print;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    if (names.contains(LIST)) {
      Require.that(names.size() == 1, "NAME", "list alone, or experiments", names, names);
      return list(console);
    }
    List<String> experiments = names.equals(List.of(ALL)) ? StudyFiles.NAMES : names;
    if (print) {
      return printed(console, experiments);
    }
    List<Study> studies = experiments.stream().map(name -> Study.of(name, scale)).toList();
    requireDistinct(studies);
    List<Arm> arms = arms(studies);
    Path folder = out == null ? Path.of("reproduce", scale.toString()) : out;
    if (noRun && !Files.isDirectory(folder)) {
      throw Require.invalid(
          "--out", "the folder of a campaign", folder, "leave out --no-run to begin one");
    }
    Campaign campaign =
        new Campaign(
            folder,
            data == null ? Study.data(scale) : data,
            seeds == null ? SEEDS : seeds,
            seeds == null);
    Predicate<Trial> mine = TrialChoice.of(only, share, campaign, arms);
    AtomicFile.requireWritableFolder(folder);
    if (results != null) {
      AtomicFile.requireWritable(results);
      requireOwnPage(results, studies);
    }
    boolean whole = true;
    if (!noRun) {
      Signals.watch();
      whole = new CampaignRuns(console, campaign, mine, tested(studies)).run(arms);
    }
    campaign.requireSame(campaign.trials(arms));
    campaign.requireSame(campaign.chosenTrials(arms));
    arms.forEach(arm -> campaign.requireSame(campaign.furtherTrials(arm)));
    Map<String, Object> result = Signals.uninterrupted(() -> write(console, campaign, studies));
    if (whole) {
      console.result(result);
      return ExitCode.OK;
    }
    String again = "Go on: " + CommandLineArgs.again(output.spec(), folder);
    console.answer("Interrupted; everything so far is kept. " + again);
    console.result(result, "interrupted; " + again, Signals.exitCode());
    return Signals.exitCode();
  }

  private static int printed(Console console, List<String> experiments) {
    Map<String, Object> texts = new LinkedHashMap<>();
    for (String name : experiments) {
      String text = StudyFiles.text(name);
      text.lines().forEach(console::answer);
      texts.put(name, text);
    }
    console.result(Map.of("values", texts));
    return ExitCode.OK;
  }

  private static int list(Console console) {
    Table table = new Table("name", "arms", "claims", "title");
    List<Map<String, Object>> json = new ArrayList<>();
    for (String name : StudyFiles.NAMES) {
      Study study = Study.of(name, ScaleName.FULL);
      table.row(
          name,
          Integer.toString(study.arms().size()),
          Integer.toString(study.claims().size()),
          study.title());
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", name);
      entry.put("title", study.title());
      entry.put("source", study.source());
      entry.put("arms", study.arms().stream().map(Arm::name).toList());
      json.add(entry);
    }
    table.lines().forEach(console::answer);
    console.result(Map.of("experiments", json));
    return ExitCode.OK;
  }

  /** Pages of experiments are named after them. */
  private static void requireDistinct(List<Study> studies) {
    Set<String> names = new HashSet<>();
    for (Study study : studies) {
      Require.that(names.add(study.name()), "NAME", "of one experiment each", study.name(), study);
    }
  }

  /** The arms of all experiments, each once. */
  private static List<Arm> arms(List<Study> studies) {
    Map<String, Arm> arms = new LinkedHashMap<>();
    for (Study study : studies) {
      for (Arm arm : study.arms()) {
        Arm other = arms.putIfAbsent(arm.name(), arm);
        Require.that(
            other == null
                || (other.config().equals(arm.config()) && other.grid().equals(arm.grid())),
            "arm " + arm.name(),
            "the same in all experiments",
            "another in " + study.name(),
            arm);
      }
    }
    return List.copyOf(arms.values());
  }

  /** The arms whose results on test images a claim measures at this scale. */
  private static Set<String> tested(List<Study> studies) {
    return studies.stream()
        .flatMap(study -> study.claims().stream())
        .filter(stated -> stated.undecidable().isEmpty())
        .map(StudyResult.Stated::claim)
        .filter(claim -> claim.quantity().ofTestImages())
        .flatMap(claim -> claim.weights().keySet().stream())
        .collect(Collectors.toSet());
  }

  private Map<String, Object> write(Console console, Campaign campaign, List<Study> studies) {
    List<StudyReport> reports = new ArrayList<>();
    List<Map<String, Object>> all = new ArrayList<>();
    for (Study study : studies) {
      StudyReport report = report(campaign, study);
      Path page = campaign.folder().resolve(study.name() + ".html");
      report.write(page);
      AtomicFile.writeText(
          campaign.folder().resolve(study.name() + ".md"),
          StudyReport.markdown(study.title(), List.of(report)));
      Map<String, Object> json = StudyJson.of(report.result());
      json.put("page", page.toString());
      JsonFile.write(campaign.folder().resolve(study.name() + ".json"), json);
      all.add(json);
      reports.add(report);
      say(console, report.result());
      console.answer("Page: " + page);
    }
    ManyClaims claims = new ManyClaims(reports.stream().map(StudyReport::result).toList());
    if (studies.size() > 1) {
      console.answer("");
      console.answer(claims.sentence());
      claims.sentences().forEach(sentence -> console.answer("  " + sentence));
    }
    if (results != null) {
      fill(results, reports, console);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("out", campaign.folder().toString());
    json.put("scale", scale.toString());
    json.put("experiments", all);
    json.put("tested", claims.tested());
    json.put("decided", claims.decided());
    json.put("decided_with_holm", claims.corrected());
    return json;
  }

  /** The page of the results, as it is; empty where there is none. */
  private static String page(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** Another page is not lost for a marker that is misspelt. */
  private static void requireOwnPage(Path file, List<Study> studies) {
    String there = page(file);
    Require.that(
        there.isBlank()
            || StudyReport.isWritten(there)
            || studies.stream().map(Study::name).anyMatch(StudyReport.parts(there)::contains),
        "--results",
        "a new file, a page that this command wrote, or one with a line <!-- results of NAME -->"
            + " of these experiments,",
        file,
        file);
  }

  /** Writes the page as a whole, or the parts of it that it has. */
  private static void fill(Path file, List<StudyReport> reports, Console console) {
    String there = page(file);
    List<String> parts = StudyReport.parts(there);
    List<String> names = reports.stream().map(report -> report.result().about().name()).toList();
    if (names.stream().noneMatch(parts::contains)) {
      AtomicFile.writeText(file, StudyReport.markdown(RESULTS, reports));
      console.answer("Results: " + file);
      return;
    }
    AtomicFile.writeText(file, StudyReport.filled(there, reports));
    List<String> without = names.stream().filter(name -> !parts.contains(name)).toList();
    console.answer(
        "Results: "
            + file
            + (without.isEmpty() ? "" : ", which has no part for " + String.join(", ", without)));
  }

  private StudyReport report(Campaign campaign, Study study) {
    List<ArmResult> arms = study.arms().stream().map(campaign::results).toList();
    List<RunHistory> runs = new ArrayList<>();
    Map<String, RangeResult> ranges = new LinkedHashMap<>();
    for (int i = 0; i < arms.size(); i++) {
      ArmResult arm = arms.get(i);
      Optional<ArmResult.Trial> first =
          arm.trials().values().stream().filter(trial -> !trial.failed()).findFirst();
      if (first.isEmpty()) {
        continue;
      }
      Path place = campaign.folder().resolve(first.get().folder());
      if (study.arms().get(i).rangeTest()) {
        ranges.put(arm.title(), TrialResult.firstTest(RangeTrial.read(place)));
      } else {
        RunHistory run = RunHistory.read(place);
        runs.add(new RunHistory(arm.title(), run.record(), run.steps(), run.epochs(), run.notes()));
      }
    }
    List<String> command =
        new ArrayList<>(List.of(CommandLineArgs.program(), "reproduce", named(study)));
    int planned = arms.stream().mapToInt(ArmResult::planned).max().orElse(SEEDS);
    command.addAll(List.of("--scale", scale.toString(), "--seeds", Integer.toString(planned)));
    command.addAll(List.of("--data", campaign.data()));
    StudyResult.About about =
        new StudyResult.About(
            study.name(),
            study.title(),
            study.source(),
            study.scale(),
            campaign.data(),
            Shell.line(command));
    return new StudyReport(
        new StudyResult(about, arms, grids(campaign, study), study.claims()), runs, ranges);
  }

  private static Map<String, SortedMap<Double, Double>> grids(Campaign campaign, Study study) {
    Map<String, SortedMap<Double, Double>> grids = new LinkedHashMap<>();
    for (Arm arm : study.arms()) {
      SortedMap<Double, Double> accuracies = campaign.gridAccuracies(arm);
      if (!accuracies.isEmpty()) {
        grids.put(arm.title(), accuracies);
      }
    }
    return grids;
  }

  /** The word that named an experiment on the command line. */
  private String named(Study study) {
    return names.stream()
        .filter(name -> StudyFiles.isFile(name) && Study.name(name).equals(study.name()))
        .findFirst()
        .orElse(study.name());
  }

  private static void say(Console console, StudyResult result) {
    console.answer("");
    console.answer(result.about().title());
    result
        .verdicts()
        .forEach((claim, verdict) -> console.answer("  " + verdict.kind() + ": " + claim.text()));
    console.answer("  " + new StudyTables(result).outcome());
  }
}
