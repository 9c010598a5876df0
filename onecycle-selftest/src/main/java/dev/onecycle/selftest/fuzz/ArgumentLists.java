package dev.onecycle.selftest.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Argument lists of every command, with some words as they should be and some as they should not.
 *
 * <p>None of them trains for long: where there are images that can be trained on, there are few,
 * and the length of the cycle is not among what is changed. What may be written is always named, by
 * an option and a word of its own, so that a list from which a word was taken names no other place.
 */
final class ArgumentLists {
  private static final String[] COMMANDS = {
    "train",
    "train",
    "find-lr",
    "sweep",
    "find-batch-size",
    "tune",
    "evaluate",
    "predict",
    "report",
    "compare",
    "schedule",
    "schedule",
    "demo",
    "doctor",
    "help",
    "generate-completion",
    "no-such-command"
  };

  /** What a training that runs may be given: nothing here makes it longer. */
  private static final String[] OF_TRAINING = {
    "--model",
    "--optimizer",
    "--label-smoothing",
    "--clip",
    "--accumulate",
    "--precision",
    "--batchnorm-momentum",
    "--pad",
    "--pad-mode",
    "--seed",
    "--threads",
    "--weight-decay",
    "--dropout",
    "--policy",
    "--momentum",
    "--divider",
    "--final-divider",
    "--annihilation",
    "--max-lr",
    "--image-size",
    "--reestimate-batchnorm"
  };

  private static final String[] MORE = {
    "--epochs",
    "--minutes",
    "--batch-size",
    "--lr-from",
    "--recipe",
    "--start",
    "--end",
    "--range-steps",
    "--repeats",
    "--by-cycle",
    "--batch-rule",
    "--memory",
    "--final-tests",
    "--top",
    "--with",
    "--only",
    "--steps",
    "--steps-per-epoch",
    "--shape",
    "--x"
  };

  private static final String[] FLAGS = {
    "--json", "--quiet", "--skip-bad", "--linear", "--no-crop", "--accept-stale", "--help"
  };

  private static final Set<String> PLACES =
      Set.of("--out", "--svg", "--png", "--csv", "--figures", "--cache");

  private final SplittableRandom random;
  private final Scene scene;
  private final List<String> operands = new ArrayList<>();
  private final Map<String, String> options = new LinkedHashMap<>();

  private ArgumentLists(int number, Scene scene) {
    random = new SplittableRandom(number);
    this.scene = scene;
  }

  /** The words of a number: always the same but for the folder. */
  static List<String> of(int number, Scene scene) throws IOException {
    return new ArgumentLists(number, scene).words();
  }

  private List<String> words() throws IOException {
    String command = any(COMMANDS);
    boolean trains = command.equals("train") && random.nextInt(4) == 0;
    operands(command, trains);
    places(command);
    for (int i = random.nextInt(4); i > 0; i--) {
      String name = trains || random.nextBoolean() ? any(OF_TRAINING) : any(MORE);
      options.put(name, value(name));
    }
    length(command, trains);
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(operands);
    if (random.nextInt(3) == 0) {
      words.add(any(FLAGS));
    }
    options.forEach((name, value) -> words.addAll(List.of(name, value)));
    int change = random.nextInt(9);
    int at = random.nextInt(words.size());
    if (change == 0) {
      words.remove(at);
    } else if (change == 1) {
      words.add(at, HostileWords.any(random, scene));
    } else if (change == 2) {
      words.add(HostileWords.any(random, scene));
    }
    return words;
  }

  private void operands(String command, boolean trains) throws IOException {
    switch (command) {
      case "train", "find-lr", "sweep", "find-batch-size", "tune" ->
          operands.add(trains ? scene.images() : scene.nothingOfUse(random));
      case "evaluate", "predict", "compare" -> {
        operands.add(scene.nothingOfUse(random));
        operands.add(scene.nothingOfUse(random));
      }
      case "report" ->
          operands.add(random.nextBoolean() ? scene.run(random) : scene.nothingOfUse(random));
      case "help" -> operands.add(HostileWords.any(random, scene));
      default -> {}
    }
  }

  private void places(String command) throws IOException {
    switch (command) {
      case "train", "tune" -> put("--out", "--cache");
      case "find-lr", "sweep" -> put("--out", "--svg", "--cache");
      case "find-batch-size", "evaluate" -> put("--cache");
      case "compare" -> {
        put("--out");
        options.put("--csv", scene.nothingOfUse(random));
      }
      case "report" -> put("--out", "--figures");
      case "demo" -> put("--out");
      case "schedule" -> put(random.nextBoolean() ? "--svg" : "--png");
      default -> {}
    }
  }

  private void put(String... names) throws IOException {
    for (String name : names) {
      boolean good = random.nextInt(3) > 0;
      String made = scene.folder().resolve("made" + name).toString();
      options.put(name, good ? made : scene.place(random));
    }
  }

  /** After all else, so that it stands. */
  private void length(String command, boolean trains) {
    if (command.equals("demo")) {
      options.put("--epochs", "0");
    } else if (trains) {
      options.put("--epochs", "1");
      options.put("--batch-size", "2");
      options.putIfAbsent("--max-lr", "0.01");
    } else if (command.equals("schedule")) {
      options.putIfAbsent("--max-lr", "0.1");
      options.putIfAbsent("--steps", any("100", "1", "4", "1000000", "9223372036854775807"));
    }
  }

  private String value(String name) throws IOException {
    if (PLACES.contains(name)) {
      return scene.place(random);
    }
    boolean file = Set.of("--lr-from", "--recipe", "--with").contains(name);
    return file && random.nextInt(4) > 0
        ? scene.nothingOfUse(random)
        : HostileWords.any(random, scene);
  }

  private String any(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
