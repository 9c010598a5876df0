package dev.onecycle.data;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
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

  /**
   * Reads an image file.
   *
   * @param shape of the result
   */
  public static UnlabelledImage read(Path file, ImageShape shape, DecodeOptions options) {
    try {
      return decode(file.toString(), ImageDecoder.read(file), shape, options);
    } catch (BadImage e) {
      return unusable(file.toString(), e.reason());
    }
  }

  /**
   * Decodes the content of an image file.
   *
   * @param name of the image, for messages
   * @param shape of the result
   */
  public static UnlabelledImage decode(
      String name, byte[] file, ImageShape shape, DecodeOptions options) {
    try {
      ImageDecoder.requireSize(file.length);
      return decoded(name, ImageDecoder.decode(file, shape, options).pixels());
    } catch (BadImage e) {
      return unusable(name, e.reason());
    }
  }

  /**
   * Resizes an image in memory, as one that was decoded from a file and is upright.
   *
   * @param name of the image, for messages
   * @param shape of the result
   */
  public static UnlabelledImage of(
      String name, BufferedImage image, ImageShape shape, DecodeOptions options) {
    try {
      return decoded(name, ImageDecoder.pixels(image, shape, options));
    } catch (BadImage e) {
      return unusable(name, e.reason());
    }
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
