package dev.onecycle.data;

import java.util.Optional;

/** An image without a class: its pixels, or the reason why it has none. */
public final class UnlabelledImage {
  private final String name;
  private final byte[] pixels;
  private final Optional<String> problem;

  private UnlabelledImage(String name, byte[] pixels, Optional<String> problem) {
    this.name = name;
    this.pixels = pixels;
    this.problem = problem;
  }

  static UnlabelledImage decoded(String name, byte[] pixels) {
    return new UnlabelledImage(name, pixels, Optional.empty());
  }

  static UnlabelledImage unusable(String name, String problem) {
    return new UnlabelledImage(name, new byte[0], Optional.of(problem));
  }

  /** The path of the file; in an archive the path of the archive and the name of the entry. */
  public String name() {
    return name;
  }

  /** The reason why the file cannot be used, a phrase that follows its name; empty if it can. */
  public Optional<String> problem() {
    return problem;
  }

  /** The pixels, uint8 in height, width, channel order; not copied; none if there is a problem. */
  public byte[] pixels() {
    return pixels;
  }
}
