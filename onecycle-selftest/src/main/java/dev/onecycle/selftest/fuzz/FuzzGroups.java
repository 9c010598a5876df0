package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.Case;
import dev.onecycle.selftest.Expect;
import dev.onecycle.selftest.Group;
import dev.onecycle.selftest.Program;
import dev.onecycle.selftest.Tier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What is said to the program, and given to it, by those who mean it no good. */
public final class FuzzGroups {
  private FuzzGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier, Program program) {
    return List.of(commandLine(tier, program), modelFiles(tier, program));
  }

  private static Group commandLine(Tier tier, Program program) {
    boolean full = tier == Tier.FULL;
    OutputContract answers = new OutputContract(program);
    SoundRun sound = new SoundRun(program);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < (full ? 500 : 70); i++) {
      int number = i;
      cases.add(
          new Case(
              "words " + i,
              folder ->
                  answers.require(ArgumentLists.of(number, new HostileFiles(folder, sound)))));
    }
    for (int i = 0; i < (full ? 200 : 30); i++) {
      int number = i;
      cases.add(
          new Case(
              "recipe " + i, folder -> recipe(number, new HostileFiles(folder, sound), answers)));
    }
    return new Group(
        "command line",
        "hostile words and recipes: a documented exit code, one clean line of reason, no frames, below 5 s",
        1,
        cases);
  }

  /** The length and the folders come from the command line, whatever the recipe says. */
  private static void recipe(int number, HostileFiles scene, OutputContract answers)
      throws Exception {
    Path folder = scene.folder();
    Path recipe = Files.write(folder.resolve("recipe.yaml"), HostileRecipes.of(number));
    boolean data = new SplittableRandom(number).nextInt(4) == 0;
    List<String> words = new ArrayList<>(List.of("train"));
    words.add(data ? scene.images() : folder.resolve("none").toString());
    words.addAll(List.of("--recipe", recipe.toString(), "--offline"));
    words.addAll(List.of("--cache", folder.resolve("cache").toString()));
    words.addAll(List.of("--out", folder.resolve("out").toString()));
    if (data) {
      words.addAll(List.of("--epochs", "1", "--batch-size", "2"));
    }
    Program.Result result = answers.require(words);
    if (HostileRecipes.neverSound(number)) {
      Expect.equal(65, result.code(), "exit code");
      requireNamed(result, recipe);
    }
  }

  private static void requireNamed(Program.Result result, Path file) {
    Expect.that(
        result.err().contains(file.toString()),
        () -> "the file must be named but was not: " + OutputContract.shown(result.err()));
  }

  private static Group modelFiles(Tier tier, Program program) {
    OutputContract answers = new OutputContract(program);
    SoundRun sound = new SoundRun(program);
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < (tier == Tier.FULL ? 60 : 15); i++) {
      int number = i;
      cases.add(
          new Case(
              "model " + i, folder -> model(number, new HostileFiles(folder, sound), answers)));
    }
    return new Group(
        "model files",
        "weights that are damaged or hostile: exit code 65, the file named, below 5 s",
        1,
        cases);
  }

  private static void model(int number, HostileFiles scene, OutputContract answers)
      throws Exception {
    Path model = Path.of(scene.model());
    Files.write(model, HostileModels.of(number, Files.readAllBytes(model)));
    Program.Result result =
        answers.require(
            number % 2 == 0
                ? List.of("predict", model.toString(), scene.image())
                : List.of(
                    "evaluate",
                    model.toString(),
                    scene.images(),
                    "--cache",
                    scene.folder().resolve("cache").toString()));
    Expect.equal(65, result.code(), "exit code");
    requireNamed(result, model);
  }
}
