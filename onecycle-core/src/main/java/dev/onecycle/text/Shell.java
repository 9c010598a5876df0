package dev.onecycle.text;

import java.util.Collection;
import java.util.stream.Collectors;

/** Command lines as texts. */
public final class Shell {
  private Shell() {}

  /** Words as they would be typed into a POSIX shell: quoted where one needs it. */
  public static String line(Collection<String> words) {
    return words.stream()
        .map(w -> w.matches("[\\w@%+=:,./-]+") ? w : "'" + w.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
