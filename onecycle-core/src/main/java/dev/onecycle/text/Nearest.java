package dev.onecycle.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The name that was probably meant. */
public final class Nearest {
  private Nearest() {}

  /** No name is so long; to compare a longer word would take time for nothing. */
  private static final int LONGEST = 60;

  /**
   * Of several names the one with the fewest letters to change; the first of equals. None for a
   * word that is far longer than any name.
   */
  public static Optional<String> to(String word, List<String> names) {
    if (word.length() > LONGEST) {
      return Optional.empty();
    }
    return names.stream().min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** Letters to insert, delete or replace (Levenshtein 1965), row by row. */
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
