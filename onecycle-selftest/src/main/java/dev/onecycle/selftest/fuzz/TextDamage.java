package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Random damage to a text file. */
final class TextDamage {
  private TextDamage() {}

  /** Flips bytes, cuts the file, removes or doubles a line, replaces a value; or none of these. */
  static byte[] of(byte[] intact, String[] values, SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(intact, random.nextInt(intact.length + 1));
      case 1 -> flipped(intact, random);
      case 2 -> lines(intact, random, line -> "");
      case 3 -> lines(intact, random, line -> line + "\n" + line);
      case 4 -> intact;
      default -> lines(intact, random, line -> replaced(line, values, random));
    };
  }

  static byte[] flipped(byte[] intact, SplittableRandom random) {
    byte[] bytes = intact.clone();
    for (int i = random.nextInt(1, 6); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private interface Change {
    String apply(String line);
  }

  /** Changes a random line and no byte of the others. */
  private static byte[] lines(byte[] intact, SplittableRandom random, Change change) {
    String[] lines = new String(intact, ISO_8859_1).split("\n", -1);
    int at = random.nextInt(lines.length);
    lines[at] = change.apply(lines[at]);
    return String.join("\n", lines).getBytes(ISO_8859_1);
  }

  /** Replaces the value of {@code name: value}, or a cell of a table. */
  private static String replaced(String line, String[] values, SplittableRandom random) {
    String value = values[random.nextInt(values.length)];
    int colon = line.indexOf(':');
    if (colon >= 0) {
      return line.substring(0, colon + 1) + " " + value + (line.endsWith(",") ? "," : "");
    }
    String[] cells = line.split(",", -1);
    cells[random.nextInt(cells.length)] = value;
    return String.join(",", cells);
  }
}
