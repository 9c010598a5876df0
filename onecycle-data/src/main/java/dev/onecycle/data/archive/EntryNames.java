package dev.onecycle.data.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of files in trees. Nothing is ever written to the paths that they look like. */
public final class EntryNames {
  /** Files that file managers create for themselves, in small letters. */
  private static final Set<String> LITTER =
      Set.of(
          "__macosx",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini",
          "@eadir",
          "icon\r",
          "$recycle.bin");

  private EntryNames() {}

  /** {@code ./train//cat/1.jpg} and {@code train\cat\1.jpg} as {@code train/cat/1.jpg}. */
  static String normal(String name) {
    return String.join("/", parts(name.replace('\\', '/')));
  }

  /** The parts of a name that slashes separate, without empty ones and dots. */
  static List<String> parts(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  /** The part of a normal name after its last slash. */
  public static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Whether any part of a normal name is hidden, leads upwards, or is litter. */
  public static boolean isHidden(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty()
          || part.startsWith(".")
          || LITTER.contains(part.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }
}
