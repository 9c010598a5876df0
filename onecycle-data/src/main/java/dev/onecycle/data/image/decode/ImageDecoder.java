package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files: JPEG, PNG, BMP and the first frame of a GIF, by content, whatever the file
 * is called.
 *
 * <p>Every bit depth becomes 8; palettes are resolved; transparent pixels are laid on black; grey
 * becomes equal red, green and blue, and colour becomes grey by ITU-R BT.601. CMYK is refused. An
 * EXIF rotation is not applied, as in torchvision's {@code ImageFolder}: pixels come as they are
 * stored. Files of more than 64 MiB, 64 megapixels or 65,535 pixels in a row are refused before
 * they are decoded, as is a JPEG of more than 1,000 megapixels over all of its scans; JPEG and GIF
 * data that ends early is an error, not a half-grey image. Of an image of more than 4 megapixels
 * that is made much smaller every second or third pixel is read, and so on.
 *
 * <p>An image whose size is not the one asked for is resized so that it covers that size, and what
 * stands over is cropped about the centre: for a square S×S, the shorter side becomes S.
 */
public final class ImageDecoder {
  static final int MOST_BYTES = 64 << 20;
  static final long MOST_PIXELS = 64_000_000;

  /** What JPEG and GIF can express; a longer row would be held whole in memory. */
  private static final int MOST_SIDE = 65_535;

  /** What few bytes of a hostile JPEG could blow up to an hour's work. */
  private static final long MOST_SCANNED_PIXELS = 1_000_000_000;

  /** An image that is to be made much smaller is read in steps that leave about so many pixels. */
  private static final double MANY_PIXELS = 4_000_000;

  private static final String CMYK =
      "has CMYK or other colours that cannot be read; save it as RGB";

  private ImageDecoder() {}

  /**
   * Decodes one file.
   *
   * @return {@code shape.bytes()} bytes in height, width, channel order
   * @throws BadDataException naming the file and what is wrong with it
   */
  public static ByteBuffer decode(Path file, ImageShape shape) {
    try {
      return ByteBuffer.wrap(decode(read(file), shape));
    } catch (BadImage e) {
      throw new BadDataException(file + " " + e.reason(), e);
    }
  }

  /**
   * Decodes the bytes of one file.
   *
   * @param file the whole file
   * @param name what errors call it
   * @return {@code shape.bytes()} bytes in height, width, channel order
   * @throws BadDataException naming the file and what is wrong with it
   */
  public static ByteBuffer decode(byte[] file, String name, ImageShape shape) {
    try {
      return ByteBuffer.wrap(decode(file, shape));
    } catch (BadImage e) {
      throw new BadDataException(name + " " + e.reason(), e);
    }
  }

  public static byte[] decode(byte[] file, ImageShape shape) throws BadImage {
    BufferedImage image =
        reading(
            file,
            (reader, format) -> {
              if (format == ImageFormat.JPEG) {
                requireFewScans(JpegScans.count(file), size(reader));
              }
              return pixels(reader, format, shape);
            });
    return Pixels.of(image, shape);
  }

  /** The size of an image, from the head of its file: [3, H, W]. */
  public static ImageShape size(byte[] head) throws BadImage {
    return reading(head, (reader, format) -> size(reader));
  }

  /** The bytes of a regular file of acceptable size. */
  public static byte[] read(Path file) throws BadImage {
    try {
      if (!Files.isRegularFile(file)) {
        throw new BadImage(
            Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                ? "is not a regular file"
                : "does not exist");
      }
      requireSize(Files.size(file));
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadImage("cannot be read: " + IoErrors.reason(e), e);
    }
  }

  public static void requireSize(long bytes) throws BadImage {
    if (bytes == 0) {
      throw new BadImage("is empty");
    }
    if (bytes > MOST_BYTES) {
      throw new BadImage("is larger than 64 MiB");
    }
  }

  private interface Reading<T> {
    T from(ImageReader reader, ImageFormat format) throws IOException, BadImage;
  }

  private static <T> T reading(byte[] file, Reading<T> reading) throws BadImage {
    ImageFormat format = ImageFormat.of(file);
    ImageReader reader = format.reader();
    // Not ImageIO.createImageInputStream, which may put a file into the temporary folder.
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      // Metadata is never looked at, and its compressed pieces can be hostile.
      reader.setInput(in, true, true);
      return reading.from(reader, format);
    } catch (IOException | RuntimeException e) {
      requireMemory(e);
      throw new BadImage(reason(e), e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageShape size(ImageReader reader) throws IOException, BadImage {
    int width = reader.getWidth(0);
    int height = reader.getHeight(0);
    if (width <= 0 || height <= 0) {
      throw new BadImage("has no pixels");
    }
    if ((long) width * height > MOST_PIXELS) {
      throw new BadImage(
          "has " + width + "×" + height + " pixels, more than 64 megapixels; make it smaller");
    }
    if (Math.max(width, height) > MOST_SIDE) {
      throw new BadImage(
          "has " + width + "×" + height + " pixels, more than 65,535 in a row; make it smaller");
    }
    return new ImageShape(3, height, width);
  }

  private static void requireFewScans(int scans, ImageShape stored) throws BadImage {
    if ((long) scans * stored.height() * stored.width() > MOST_SCANNED_PIXELS) {
      throw new BadImage(
          "has "
              + scans
              + " scans of "
              + stored.width()
              + "×"
              + stored.height()
              + " pixels, which would take too long; save it again");
    }
  }

  private static BufferedImage pixels(ImageReader reader, ImageFormat format, ImageShape target)
      throws IOException, BadImage {
    ImageShape stored = size(reader);
    int step = step(stored, target);
    ImageReadParam param = reader.getDefaultReadParam();
    param.setSourceSubsampling(step, step, 0, 0);
    DamageListener listener = new DamageListener();
    reader.addIIOReadWarningListener(listener);
    reader.addIIOReadProgressListener(listener);
    BufferedImage image =
        DecodeMemoryLimiter.holding(pixels(stored, step), () -> reader.read(0, param));
    String damage = listener.damage(format);
    if (damage != null) {
      throw new BadImage("is damaged or cut short: " + damage);
    }
    if (format == ImageFormat.JPEG && image.getRaster().getNumBands() > 3) {
      // Four components without a word on what they are: ImageIO takes them for a transparent
      // image.
      throw new BadImage(CMYK);
    }
    return image;
  }

  private static long pixels(ImageShape stored, int step) {
    return (long) (stored.height() / step + 1) * (stored.width() / step + 1);
  }

  /** Leaves at least four pixels in a row for each one that is asked for. */
  private static int step(ImageShape stored, ImageShape target) {
    double many = Math.sqrt(stored.height() / MANY_PIXELS * stored.width());
    int most =
        Math.min(stored.height() / (4 * target.height()), stored.width() / (4 * target.width()));
    return Math.max(1, Math.min(most, (int) Math.ceil(many)));
  }

  /** ImageIO hides a lack of memory in an exception; that is no fault of the image. */
  private static void requireMemory(Exception e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError error) {
        throw error;
      }
    }
  }

  private static String reason(Exception e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (e instanceof IIOException && text.contains("unsupported image type")) {
      return CMYK;
    }
    return "is damaged or cut short: " + IoErrors.reason(e);
  }
}
