package dev.onecycle.selftest.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Random argument lists of every command, with valid and hostile words.
 *
 * <p>None of them trains for long: there are few images, and the length of the cycle is not
 * changed. Every output has an option and a value of its own, so that a list without one of its
 * words names no other place.
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

  /** Options of a training that runs: none makes it longer. */
  private static final List<String> TRAINING_OPTIONS =
      List.of(
          "--model",
          "--optimizer",
          "--label-smoothing",
          "--clip",
          "--accumulate",
          "--precision",
          "--batchnorm-momentum",
          "--augment",
          "--pad",
          "--pad-mode",
          "--cutout",
          "--seed",
          "--threads",
          "--weight-decay",
          "--dropout",
          "--policy",
          "--momentum",
          "--warmup-share",
          "--anneal",
          "--divider",
          "--final-divider",
          "--annihilation",
          "--max-lr",
          "--image-size",
          "--reestimate-batchnorm",
          "--evaluate-every");

  private static final List<String> POLICY_OPTIONS =
      List.of(
          "--policy",
          "--momentum",
          "--warmup-share",
          "--anneal",
          "--divider",
          "--final-divider",
          "--annihilation");

  private static final List<String> SETUP_OPTIONS = TRAINING_OPTIONS.subList(0, 13);

  private static final List<String> RANGE_OPTIONS =
      List.of("--start", "--end", "--range-steps", "--repeats", "--image-size");

  private static final Map<String, List<List<String>>> OPTIONS =
      Map.of(
          "train",
          List.of(
              TRAINING_OPTIONS,
              RANGE_OPTIONS,
              List.of(
                  "--epochs", "--minutes", "--batch-size", "--lr-from", "--recipe", "--config")),
          "find-lr",
          List.of(
              SETUP_OPTIONS,
              RANGE_OPTIONS,
              List.of("--momentum", "--batch-size", "--csv", "--png", "--config")),
          "sweep",
          List.of(
              SETUP_OPTIONS,
              RANGE_OPTIONS,
              List.of("--momentum", "--batch-size", "--by-cycle", "--max-lr", "--csv", "--png")),
          "tune",
          List.of(
              SETUP_OPTIONS,
              RANGE_OPTIONS,
              POLICY_OPTIONS,
              List.of(
                  "--by-cycle",
                  "--batch-rule",
                  "--memory",
                  "--final-tests",
                  "--epochs",
                  "--config")),
          "find-batch-size",
          List.of(
              SETUP_OPTIONS,
              List.of("--memory", "--batch-rule", "--epochs", "--image-size", "--config")),
          "schedule",
          List.of(POLICY_OPTIONS, List.of("--max-lr", "--steps", "--epochs", "--steps-per-epoch")),
          "predict",
          List.of(List.of("--top")),
          "report",
          List.of(List.of("--with")),
          "demo",
          List.of(List.of("--max-lr", "--seed")));

  /** Options of no command or of another one. */
  private static final List<List<String>> OTHER_OPTIONS =
      List.of(List.of("--x", "--shape", "--only", "-z", "--epochs", "--with"));

  /** Words that can be read as numbers. */
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "2",
          "-1",
          "-2147483648",
          "2147483647",
          "0.5",
          "0.999999999999",
          "1e-300",
          "4.9e-324",
          "1e15",
          "1e300",
          "1e400",
          "-1e-300",
          "-0.0",
          "NaN",
          "Infinity",
          "1,2",
          "1,1");

  private static final String[] FLAGS = {
    "--json",
    "--quiet",
    "--skip-bad",
    "--linear",
    "--no-crop",
    "--accept-stale",
    "--help",
    "--print-config"
  };

  private static final Set<String> OUTPUT_OPTIONS =
      Set.of("--out", "--svg", "--png", "--csv", "--figures", "--cache");

  private final SplittableRandom random;
  private final HostileFiles files;
  private final List<String> operands = new ArrayList<>();
  private final Map<String, String> options = new LinkedHashMap<>();

  private ArgumentLists(int number, HostileFiles files) {
    random = new SplittableRandom(number);
    this.files = files;
  }

  /** The arguments with a number: always the same but for the folder. */
  static List<String> of(int number, HostileFiles files) throws IOException {
    return new ArgumentLists(number, files).words();
  }

  private List<String> words() throws IOException {
    String command = any(COMMANDS);
    boolean trains = command.equals("train") && random.nextInt(4) == 0;
    operands(command, trains);
    outputs(command);
    int maxOptions = OPTIONS.containsKey(command) ? 3 : 1;
    for (int i = random.nextInt(maxOptions + 1) * random.nextInt(2); i > 0; i--) {
      String name = trains ? any(TRAINING_OPTIONS) : optionOf(command);
      options.put(name, value(name));
    }
    length(command, trains);
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(operands);
    if (random.nextInt(3) == 0) {
      words.add(any(FLAGS));
    }
    options.forEach((name, value) -> words.addAll(List.of(name, value)));
    int change = random.nextInt(12);
    int at = random.nextInt(words.size());
    if (change == 0) {
      words.remove(at);
    } else if (change == 1) {
      words.add(at, HostileWords.any(random, files));
    } else if (change == 2) {
      words.add(HostileWords.any(random, files));
    }
    return words;
  }

  private String optionOf(String command) {
    List<List<String>> groups =
        random.nextInt(12) == 0 ? OTHER_OPTIONS : OPTIONS.getOrDefault(command, OTHER_OPTIONS);
    return any(groups.get(random.nextInt(groups.size())));
  }

  private void operands(String command, boolean trains) throws IOException {
    boolean intact = random.nextInt(3) > 0;
    switch (command) {
      case "train", "find-lr", "sweep", "find-batch-size", "tune" ->
          operands.add(trains ? files.images() : files.useless(random));
      case "evaluate" -> {
        operands.add(intact ? files.model() : files.useless(random));
        operands.add(random.nextBoolean() ? files.images() : files.useless(random));
      }
      case "predict" -> {
        operands.add(intact ? files.model() : files.useless(random));
        operands.add(random.nextBoolean() ? files.image() : files.useless(random));
      }
      case "compare" -> {
        operands.add(files.run(random));
        operands.add(intact ? files.run(random) : files.useless(random));
      }
      case "report" -> operands.add(intact ? files.run(random) : files.useless(random));
      case "help" -> operands.add(HostileWords.any(random, files));
      default -> {}
    }
  }

  private void outputs(String command) throws IOException {
    switch (command) {
      case "train", "tune" -> put("--out", "--cache");
      case "find-lr", "sweep" -> put("--out", "--svg", "--cache");
      case "find-batch-size", "evaluate" -> put("--cache");
      case "compare" -> {
        put("--out");
        if (random.nextInt(3) == 0) {
          options.put("--csv", files.useless(random));
        }
      }
      case "report" -> put("--out", "--figures");
      case "demo" -> put("--out");
      case "schedule" -> put(random.nextBoolean() ? "--svg" : "--png");
      default -> {}
    }
  }

  private void put(String... names) throws IOException {
    for (String name : names) {
      boolean good = random.nextInt(5) > 0;
      String made = files.folder().resolve("made" + name).toString();
      options.put(name, good ? made : files.outputPath(random));
    }
  }

  /** Sets the length of the cycle after all other options, so that none replaces it. */
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
    if (OUTPUT_OPTIONS.contains(name)) {
      return files.outputPath(random);
    }
    boolean file = Set.of("--lr-from", "--recipe", "--with", "--config").contains(name);
    if (file) {
      return files.useless(random);
    }
    return random.nextInt(3) > 0 ? any(NUMBERS) : HostileWords.any(random, files);
  }

  private String any(String... choices) {
    return any(List.of(choices));
  }

  private String any(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
