package dev.onecycle.selftest.fuzz;

import java.util.SplittableRandom;

/** Words that no option expects. */
final class HostileWords {
  private static final int LONG = 10_000_000;

  private static final String[] WORDS = {
    "",
    " ",
    "0",
    "1",
    "-1",
    "-0",
    "3.5",
    "NaN",
    "-Infinity",
    "1e400",
    "-1e400",
    "1e-400",
    "0x1p3",
    "١٢٣",
    "99999999999999999999999999",
    "1,,2",
    ",",
    ":",
    "0.9:",
    "0.9:0.8:0.7",
    "abc",
    "null",
    "true",
    "--",
    "-",
    "---",
    "=",
    "%s%n%d",
    "${sys:user.home}",
    "$(id)",
    "`id`",
    "'",
    "\"",
    "\\",
    "\u001b[2J",
    "\u001b]0;title\u0007",
    "\u009b2J",
    "\u0000",
    "\b\b\b",
    "a\nonecycle: b",
    "a\r\nb",
    "\t",
    "\u2028",
    "\u202egnp.x",
    "\ufeffx",
    "\ud800",
    "日本語",
    "é\u0301\u0301\u0301",
    "🚲",
    "@",
    "@none",
    "../../..",
    "~",
    "*",
    "--no-such-option",
    "--epochs=NaN",
    "--epochs=",
    "-x",
    "--help=1",
    "-\u001b[2J",
    "--\u001b[2J\n=1"
  };

  private HostileWords() {}

  /** A random word; sometimes a very long one, or the name of a file after an @. */
  static String any(SplittableRandom random, HostileFiles files) {
    return switch (random.nextInt(40)) {
      case 0 -> "x".repeat(LONG);
      case 1 -> "-" + "9".repeat(LONG / 100);
      case 2 -> "@" + files.folder();
      case 3 -> "@/dev/zero";
      default -> WORDS[random.nextInt(WORDS.length)];
    };
  }
}
