package dev.onecycle.data;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.data.image.decode.Thumbnails;
import dev.onecycle.error.BadDataException;
import java.nio.file.Path;

/**
 * Single image files: decoding to pixels, and thumbnails.
 *
 * <p>JPEG, PNG, WebP, TIFF, BMP, PNM and GIF are recognized by their content; the first image of a
 * file counts. Transparent pixels are laid on white. {@link DecodeOptions} say how an image gets
 * the requested shape.
 */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * Decodes a file.
   *
   * @return uint8 pixels, {@code shape.bytes()} of them in height, width, channel order
   * @throws BadDataException naming the file and its defect
   */
  public static byte[] decode(Path file, ImageShape shape, DecodeOptions options) {
    try {
      return ImageDecoder.decode(ImageDecoder.read(file), shape, options).pixels();
    } catch (BadImage e) {
      throw new BadDataException(file + " " + e.reason(), e);
    }
  }

  /**
   * Decodes the content of a file.
   *
   * @param file all bytes of the file
   * @param name the name of the file in errors
   * @return uint8 pixels, {@code shape.bytes()} of them in height, width, channel order
   * @throws BadDataException naming the file and its defect
   */
  public static byte[] decode(byte[] file, String name, ImageShape shape, DecodeOptions options) {
    try {
      return ImageDecoder.decode(file, shape, options).pixels();
    } catch (BadImage e) {
      throw new BadDataException(name + " " + e.reason(), e);
    }
  }

  /**
   * Encodes image {@code index} of a dataset as a PNG file with 8 bits per channel, grey or RGB.
   *
   * @param longestSide the upper bound of the longer side, in pixels: larger images are scaled
   *     down, smaller images keep their size
   */
  public static byte[] thumbnail(ImageDataset images, int index, int longestSide) {
    return Thumbnails.png(images, index, longestSide);
  }

  /**
   * Encodes an image as {@link #thumbnail(ImageDataset, int, int)} does.
   *
   * @param pixels uint8, {@code shape.bytes()} of them in height, width, channel order
   */
  public static byte[] thumbnail(byte[] pixels, ImageShape shape, int longestSide) {
    return Thumbnails.png(pixels, shape, longestSide);
  }
}
