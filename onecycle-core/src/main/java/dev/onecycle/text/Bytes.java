package dev.onecycle.text;

/** Amounts of memory, as people write and read them. */
public final class Bytes {
  private static final double MEBI = 1 << 20;
  private static final double GIBI = 1 << 30;

  private Bytes() {}

  /** "512 MiB", "2.3 GiB". */
  public static String text(long bytes) {
    return bytes < GIBI
        ? Numbers.format("%.0f MiB", bytes / MEBI)
        : Numbers.format("%.1f GiB", bytes / GIBI);
  }
}
