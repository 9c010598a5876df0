package dev.onecycle.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The name that a user probably meant by a misspelled word. */
public final class Nearest {
  private Nearest() {}

  /** Longer words are not compared, because no name is so long. */
  private static final int MAX_LENGTH = 60;

  /**
   * The name with the smallest edit distance to a word; of several the first. Names of which more
   * than half of the letters would change do not count, nor any name for a word of more than 60
   * letters.
   */
  public static Optional<String> to(String word, List<String> names) {
    if (word.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    return names.stream()
        .filter(name -> 2 * distance(word, name) <= Math.max(word.length(), name.length()))
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** The number of letters to insert, delete or replace (Levenshtein 1965). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
