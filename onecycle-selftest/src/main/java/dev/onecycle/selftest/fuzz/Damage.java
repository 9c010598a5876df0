package dev.onecycle.selftest.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ways in which a file of lines comes to harm. */
final class Damage {
  private Damage() {}

  /** Bytes flipped, lines lost, doubled or cut, a value that is another; or none of it. */
  static byte[] of(byte[] sound, String[] values, SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(sound, random.nextInt(sound.length + 1));
      case 1 -> flipped(sound, random);
      case 2 -> lines(sound, random, line -> "");
      case 3 -> lines(sound, random, line -> line + "\n" + line);
      case 4 -> sound;
      default -> lines(sound, random, line -> replaced(line, values, random));
    };
  }

  static byte[] flipped(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    for (int i = random.nextInt(1, 6); i > 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private interface Change {
    String of(String line);
  }

  /** A random line changed; the bytes of all others stay. */
  private static byte[] lines(byte[] sound, SplittableRandom random, Change change) {
    String[] lines = new String(sound, ISO_8859_1).split("\n", -1);
    int at = random.nextInt(lines.length);
    lines[at] = change.of(lines[at]);
    return String.join("\n", lines).getBytes(ISO_8859_1);
  }

  /** The value of {@code name: value}, or a cell of a table, is another. */
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
