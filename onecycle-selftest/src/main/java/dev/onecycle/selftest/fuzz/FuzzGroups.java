package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The groups of cases with hostile arguments, recipes, model files, weights and networks. */
public final class FuzzGroups {
  private FuzzGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier, Program program) {
    return List.of(
        commandLine(tier, program),
        modelFiles(tier, program),
        weightFiles(tier),
        networkFiles(tier));
  }

  private static Group commandLine(Tier tier, Program program) {
    boolean full = tier == Tier.FULL;
    OutputContract contract = new OutputContract(program);
    IntactRun intact = new IntactRun(program);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < (full ? 500 : 70); i++) {
      int number = i;
      cases.add(
          new Case(
              "words " + i,
              folder ->
                  contract.require(ArgumentLists.of(number, new HostileFiles(folder, intact)))));
    }
    for (int i = 0; i < (full ? 200 : 30); i++) {
      int number = i;
      cases.add(
          new Case(
              "recipe " + i, folder -> recipe(number, new HostileFiles(folder, intact), contract)));
    }
    return new Group(
        "command line",
        "hostile words and recipes: a documented exit code, one clean line of reason, below 5 s",
        1,
        cases);
  }

  /** The command line gives the length and the folders; options replace the recipe's. */
  private static void recipe(int number, HostileFiles files, OutputContract contract)
      throws Exception {
    Path folder = files.folder();
    Path recipe = Files.write(folder.resolve("recipe.yaml"), HostileRecipes.of(number));
    boolean data = new SplittableRandom(number).nextInt(4) == 0;
    List<String> words = new ArrayList<>(List.of("train"));
    words.add(data ? files.images() : folder.resolve("none").toString());
    words.addAll(List.of("--recipe", recipe.toString(), "--offline"));
    words.addAll(List.of("--cache", folder.resolve("cache").toString()));
    words.addAll(List.of("--out", folder.resolve("out").toString()));
    if (data) {
      words.addAll(List.of("--epochs", "1", "--batch-size", "2"));
    }
    Program.Result result = contract.require(words);
    if (HostileRecipes.neverValid(number)) {
      Expect.equal(65, result.exitCode(), "exit code");
      requireNamed(result, recipe);
    }
  }

  private static void requireNamed(Program.Result result, Path file) {
    Expect.that(
        result.err().contains(file.toString()),
        () -> "the file must be named but was not: " + OutputContract.shown(result.err()));
  }

  private static Group modelFiles(Tier tier, Program program) {
    OutputContract contract = new OutputContract(program);
    IntactRun intact = new IntactRun(program);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < (tier == Tier.FULL ? 60 : 15); i++) {
      int number = i;
      cases.add(
          new Case(
              "model " + i, folder -> model(number, new HostileFiles(folder, intact), contract)));
    }
    return new Group(
        "model files",
        "damaged or hostile weights: exit code 65, the error names the file, below 5 s",
        1,
        cases);
  }

  private static Group weightFiles(Tier tier) {
    return new Group(
        "weight files",
        "hostile or damaged files of PyTorch: nothing in them is run, one line names the file and"
            + " the reason, below 5 s",
        1,
        HostileWeights.cases(tier == Tier.FULL ? 310 : 13));
  }

  private static Group networkFiles(Tier tier) {
    return new Group(
        "network files",
        "damaged TorchScript files end, at most, the process that tries them; one line names the"
            + " file and the reason",
        1,
        HostileScripts.cases(tier == Tier.FULL ? 10 : 1));
  }

  private static void model(int number, HostileFiles files, OutputContract contract)
      throws Exception {
    Path model = Path.of(files.model());
    Files.write(model, HostileModels.of(number, Files.readAllBytes(model)));
    Program.Result result =
        contract.require(
            number % 2 == 0
                ? List.of("predict", model.toString(), files.image())
                : List.of(
                    "evaluate",
                    model.toString(),
                    files.images(),
                    "--cache",
                    files.folder().resolve("cache").toString()));
    Expect.equal(65, result.exitCode(), "exit code");
    requireNamed(result, model);
  }
}
