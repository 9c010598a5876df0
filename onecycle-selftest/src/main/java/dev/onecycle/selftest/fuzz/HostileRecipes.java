package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;

/** Damaged and hostile recipe files. */
final class HostileRecipes {
  private static final int KINDS = 14;

  static final String INTACT =
      """
      format: 1
      command: [onecycle, tune, photos]
      settings:
        model: resnet20
        batch_size: "8"
        weight_decay: "1e-4"
        dropout: "0"
        epochs: "3"
        max_lr: "0.3"
      reasons:
        max_lr: "a tenth of the edge"
      conditions:
        model: resnet20 1234
        data: abc
        batch_size: "8"
        replicas: "2"
        optimizer: sgd
        weight_decay: "0.0001"
        norm_decay: "on"
        dropout: "0"
        momentum_at_peak: "0.85"
        loss: cross-entropy
        clip: "0"
        accumulate: "1"
        batchnorm_momentum: "0.1"
        augmentation: flip
        precision: fp32
      """;

  private static final String[] VALUES = {
    "NaN",
    ".nan",
    "-.inf",
    "1e400",
    "-1",
    "99999999999999999999",
    "~",
    "[]",
    "{}",
    "[1, 2]",
    "{a: b}",
    "true",
    "\"\"",
    "\"\\e[2J\"",
    "\"\\x9b2J\\n\\nonecycle: x\"",
    "\"\\0\"",
    "\"\\u202Egnp\"",
    "2026-11-23",
    "!!binary aGVsbG8=",
    "!!javax.script.ScriptEngineManager [x]",
    "&a [*a]",
    "*none",
    "|",
    "'",
    "0x7f",
    "0o17",
    "%s%n"
  };

  private HostileRecipes() {}

  /** The bytes of the recipe with a number: always the same. */
  static byte[] of(int number) {
    SplittableRandom random = new SplittableRandom(number);
    return switch (number % KINDS) {
      case 0 -> Arrays.copyOf(INTACT.getBytes(UTF_8), random.nextInt(INTACT.length()));
      case 1 -> new byte[0];
      case 2 -> bytes(random, 1 << random.nextInt(1, 18));
      case 3 -> (INTACT + "extra: " + "x".repeat(random.nextInt(1 << 21))).getBytes(UTF_8);
      case 4 -> ("[{a: ".repeat(random.nextInt(10_000))).getBytes(UTF_8);
      case 5 -> nested(random).getBytes(UTF_8);
      case 6 -> bomb(random).getBytes(UTF_8);
      case 7 -> twice(random).getBytes(UTF_8);
      case 8 -> unknown(random).getBytes(UTF_8);
      case 9 -> TextDamage.flipped(INTACT.getBytes(UTF_8), random);
      case 10 -> INTACT.replace("format: 1", "format: " + any(random)).getBytes(UTF_8);
      case 11 -> many(random).getBytes(UTF_8);
      default -> replaced(random).getBytes(UTF_8);
    };
  }

  /** Whether the recipe with a number is invalid for all random numbers. */
  static boolean neverValid(int number) {
    return Set.of(1, 2, 4, 7, 8).contains(number % KINDS);
  }

  private static byte[] bytes(SplittableRandom random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String nested(SplittableRandom random) {
    StringBuilder text = new StringBuilder(INTACT).append("deep:\n");
    int depth = random.nextInt(1, 900);
    for (int i = 1; i <= depth; i++) {
      text.append(" ".repeat(i)).append("a:\n");
    }
    return text.toString();
  }

  /** Aliases that expand tenfold with each line. */
  private static String bomb(SplittableRandom random) {
    StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
    int levels = random.nextInt(3, 40);
    for (int i = 1; i <= levels; i++) {
      String times = ("*a" + (i - 1) + ", ").repeat(10);
      text.append("a" + i + ": &a" + i + " [" + times + "]\n");
    }
    return text
        + (random.nextBoolean() ? INTACT.replace("[onecycle, tune, photos]", "*a" + levels) : "");
  }

  private static String twice(SplittableRandom random) {
    String[] lines = INTACT.split("\n", -1);
    int at = random.nextInt(lines.length - 1); // the last is empty
    lines[at] = lines[at] + "\n" + lines[at];
    return String.join("\n", lines);
  }

  private static String unknown(SplittableRandom random) {
    String name =
        switch (random.nextInt(6)) {
          case 0 -> "max_lrr";
          case 1 -> "out";
          case 2 -> "help";
          case 3 -> "\"\\e[2J\\n\"";
          case 4 -> "x".repeat(random.nextInt(1, 800_000));
          default -> "\"\"";
        };
    return INTACT.replace("  dropout: \"0\"", "  dropout: \"0\"\n  ? " + name + "\n  : 1");
  }

  private static String many(SplittableRandom random) {
    StringBuilder settings = new StringBuilder("settings:\n");
    int count = random.nextInt(1, 30_000);
    for (int i = 0; i < count; i++) {
      settings.append("  s" + i + ": 1\n");
    }
    return INTACT.replace("settings:\n", settings);
  }

  /** Replaces the value of a random line. */
  private static String replaced(SplittableRandom random) {
    String[] lines = INTACT.split("\n", -1);
    int at;
    do {
      at = random.nextInt(lines.length);
    } while (!lines[at].contains(": "));
    lines[at] = lines[at].replaceFirst(": .*", "") + ": " + any(random);
    return String.join("\n", lines);
  }

  private static String any(SplittableRandom random) {
    return VALUES[random.nextInt(VALUES.length)];
  }
}
