package dev.onecycle.report;

import java.util.ArrayList;
import java.util.List;

/** Widths, wrapping and cleaning of the texts on a picture. */
final class Texts {
  private Texts() {}

  /**
   * About how wide a text is in a sans-serif font, in pixels.
   *
   * <p>Estimated, not measured: the reader of an SVG has fonts of his own, and the layout should
   * not depend on those of the machine that made it.
   */
  static double width(String text, double size) {
    return text.codePoints().mapToDouble(Texts::em).sum() * size;
  }

  private static double em(int c) {
    if (c > 0x2E80) {
      return 1;
    }
    if ("ijl.,:;'|!()[] ".indexOf(c) >= 0) {
      return 0.33;
    }
    if ("frt-/".indexOf(c) >= 0) {
      return 0.4;
    }
    if ("mwMW%@".indexOf(c) >= 0) {
      return 0.93;
    }
    return Character.isUpperCase(c) ? 0.72 : 0.6;
  }

  /** The text in lines no wider than {@code width}, at most {@code most}, the last one cut. */
  static List<String> wrapped(String text, double size, double width, int most) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+", -1)) {
      if (!line.isEmpty() && width(line + " " + word, size) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    if (lines.size() > most) {
      String last = String.join(" ", lines.subList(most - 1, lines.size()));
      lines = new ArrayList<>(lines.subList(0, most - 1));
      lines.add(last);
    }
    return lines.stream().filter(l -> !l.isEmpty()).map(l -> cut(l, size, width)).toList();
  }

  /** The text, or as much of its beginning as fits, with an ellipsis. */
  static String cut(String text, double size, double width) {
    if (width(text, size) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && width(text.substring(0, end) + "…", size) > width) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end).stripTrailing() + "…";
  }

  /**
   * The text with everything replaced that is no visible character: class names come from folders,
   * and a folder may be called by a terminal's escape sequence or by half a surrogate pair.
   */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().forEach(c -> clean.appendCodePoint(visible(c) ? c : 0xFFFD));
    return clean.toString();
  }

  private static boolean visible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
