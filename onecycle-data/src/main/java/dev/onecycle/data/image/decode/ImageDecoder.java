package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.IoErrors;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
 * Decoder of image files: JPEG, PNG, BMP and the first frame of a GIF, recognized by content.
 *
 * <p>Every bit depth becomes 8; palettes are resolved; transparent pixels are laid on black; grey
 * becomes equal red, green and blue, and colour becomes grey by ITU-R BT.601. CMYK is refused. As
 * in torchvision's {@code ImageFolder}, an EXIF rotation is not applied. Files of more than 64 MiB,
 * 64 megapixels or 65,535 pixels in a row are refused before they are decoded, and so is a JPEG of
 * more than 1,000 megapixels in all of its scans. JPEG or GIF data that ends early is an error. An
 * image of more than 4 megapixels that is made much smaller is subsampled while it is read.
 *
 * <p>An image of another size is resized so that it covers the requested shape, and cropped at its
 * centre: for a square of S×S pixels the shorter side becomes S.
 */
public final class ImageDecoder {
  private static final int MAX_BYTES = 64 << 20;
  private static final long MAX_PIXELS = 64_000_000;

  /** The bound of JPEG and GIF; a longer row would be held in memory as a whole. */
  private static final int MAX_SIDE = 65_535;

  /** A small hostile JPEG of many scans could take an hour. */
  private static final long MAX_SCANNED_PIXELS = 1_000_000_000;

  /** The approximate number of pixels that subsampling leaves. */
  private static final double SUBSAMPLED_PIXELS = 4_000_000;

  private static final String CMYK =
      "has CMYK or other colours that cannot be read; save it as RGB";

  private ImageDecoder() {}

  /**
   * Decodes the content of a file.
   *
   * @return uint8 pixels, {@code shape.bytes()} of them in height, width, channel order
   */
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

  /** The size of an image, read from the first bytes of its file: [3, H, W]. */
  public static ImageShape size(byte[] head) throws BadImage {
    return reading(head, (reader, format) -> size(reader));
  }

  /** Reads a regular file of acceptable size. */
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

  /** Refuses an empty file or one of more than 64 MiB. */
  public static void requireSize(long bytes) throws BadImage {
    if (bytes == 0) {
      throw new BadImage("is empty");
    }
    if (bytes > MAX_BYTES) {
      throw new BadImage("is larger than 64 MiB");
    }
  }

  private interface Reading<T> {
    T from(ImageReader reader, ImageFormat format) throws IOException, BadImage;
  }

  private static <T> T reading(byte[] file, Reading<T> reading) throws BadImage {
    ImageFormat format = ImageFormat.of(file);
    ImageReader reader = format.reader();
    // Not ImageIO.createImageInputStream, which may create a temporary file.
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      // Metadata is not needed, and its compressed pieces can be hostile.
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
    if ((long) width * height > MAX_PIXELS) {
      throw new BadImage(
          "has " + width + "×" + height + " pixels, more than 64 megapixels; make it smaller");
    }
    if (Math.max(width, height) > MAX_SIDE) {
      throw new BadImage(
          "has " + width + "×" + height + " pixels, more than 65,535 in a row; make it smaller");
    }
    return new ImageShape(3, height, width);
  }

  private static void requireFewScans(int scans, ImageShape stored) throws BadImage {
    if ((long) scans * stored.height() * stored.width() > MAX_SCANNED_PIXELS) {
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
      // Four components of unstated meaning: ImageIO would read them as a transparent image.
      throw new BadImage(CMYK);
    }
    return image;
  }

  private static long pixels(ImageShape stored, int step) {
    return (long) (stored.height() / step + 1) * (stored.width() / step + 1);
  }

  /**
   * The step of subsampling: it keeps at least four pixels of a row for each pixel of the target.
   */
  private static int step(ImageShape stored, ImageShape target) {
    double wished = Math.sqrt(stored.height() / SUBSAMPLED_PIXELS * stored.width());
    int max =
        Math.min(stored.height() / (4 * target.height()), stored.width() / (4 * target.width()));
    return Math.max(1, Math.min(max, (int) Math.ceil(wished)));
  }

  /** Rethrows a lack of memory, which ImageIO wraps in an exception; the image is not to blame. */
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
