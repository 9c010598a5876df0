package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.error.IoErrors;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of image files: JPEG, PNG, WebP, TIFF, BMP, PNM and GIF, recognized by content; the first
 * image of a file that has several.
 *
 * <p>Every bit depth becomes 8; palettes are resolved; transparent pixels are laid on white; grey
 * becomes equal red, green and blue, and colour becomes grey by ITU-R BT.601. Pixels are taken as
 * they are stored: colour profiles and gamma values are not applied, in any format, as in Pillow
 * and torchvision. CMYK becomes RGB by Pillow's formula. The frame of a GIF is laid on its canvas.
 *
 * <p>Files of more than 64 MiB, more pixels than the options allow, or 65,535 pixels in a row are
 * refused before they are decoded, and so is a JPEG of more than 1,000 megapixels in all of its
 * scans. Data that ends early is an error. An image of more than 4 megapixels that is made much
 * smaller is subsampled while it is read.
 */
public final class ImageDecoder {
  private static final int MAX_BYTES = 64 << 20;

  /** The bound of JPEG and GIF; a longer row would be held in memory as a whole. */
  private static final int MAX_SIDE = 65_535;

  /** A small hostile JPEG of many scans could take an hour. */
  private static final long MAX_SCANNED_PIXELS = 1_000_000_000;

  /** The approximate number of pixels that subsampling leaves. */
  private static final double SUBSAMPLED_PIXELS = 4_000_000;

  private ImageDecoder() {}

  /**
   * A decoded image.
   *
   * @param pixels uint8, in height, width, channel order
   * @param larger the same image in a larger shape; empty if none was asked for
   * @param transparent whether some of its pixels were transparent and laid on white
   */
  public record Decoded(byte[] pixels, Optional<byte[]> larger, boolean transparent) {}

  /** Decodes the content of a file to pixels of a shape. */
  public static Decoded decode(byte[] file, ImageShape shape, DecodeOptions options)
      throws BadImage {
    return decode(file, shape, Optional.empty(), options);
  }

  /** Decodes the content of a file once, to pixels of a shape and of a larger one. */
  public static Decoded decode(
      byte[] file, ImageShape shape, Optional<ImageShape> larger, DecodeOptions options)
      throws BadImage {
    return ofFile(file, options).decode(shape, larger);
  }

  /** The pixels of an upright image in memory in a shape, uint8 in height, width, channel order. */
  public static byte[] pixels(BufferedImage image, ImageShape shape, DecodeOptions options)
      throws BadImage {
    ImageFile.requireBounded(image.getWidth(), image.getHeight(), options);
    Pixels pixels = new Pixels(image, ExifOrientation.UPRIGHT, image.isAlphaPremultiplied());
    return DecodeMemoryLimiter.holding(
        (long) image.getWidth() * image.getHeight(), () -> pixels.of(shape, options.resize()));
  }

  /** The size of an image as it is shown, read from the first bytes of its file: [3, H, W]. */
  public static ImageShape size(byte[] head, DecodeOptions options) throws BadImage {
    return ofFile(head, options).size();
  }

  /**
   * Whether the first bytes of a file may lack what decides the size of the image as it is shown.
   */
  public static boolean needsWholeFile(byte[] head, DecodeOptions options) throws BadImage {
    if (options.orientation() == Orientation.IGNORE) {
      return false;
    }
    return switch (ImageFormat.of(head)) {
      case PNG -> true; // the orientation may stand behind the pixels
      case WEBP -> WebpHeader.claimsExif(head);
      default -> false;
    };
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

  private static ImageFile ofFile(byte[] file, DecodeOptions options) throws BadImage {
    ImageFormat format = ImageFormat.of(file);
    ExifOrientation orientation =
        options.orientation() == Orientation.APPLY
            ? ExifOrientation.of(format, file)
            : ExifOrientation.UPRIGHT;
    return new ImageFile(file, format, orientation, options);
  }

  /** One file with what its first bytes say. */
  private record ImageFile(
      byte[] file, ImageFormat format, ExifOrientation orientation, DecodeOptions options) {
    private interface Reading<T> {
      T from(ImageReader reader) throws IOException, BadImage;
    }

    ImageShape size() throws BadImage {
      ImageShape stored = storedSize();
      return orientation.swaps() ? new ImageShape(3, stored.width(), stored.height()) : stored;
    }

    /** The size of the image as it is stored, within the bounds. */
    private ImageShape storedSize() throws BadImage {
      switch (format) {
        case PNM -> {
          PortableMap map = new PortableMap(file);
          return bounded(map.width, map.height);
        }
        case GIF -> {
          Canvas canvas = Canvas.ofGif(file);
          return bounded(canvas.width(), canvas.height());
        }
        case WEBP -> {
          Canvas canvas = WebpHeader.of(file).canvas();
          return bounded(canvas.width(), canvas.height());
        }
        case TIFF -> {
          TiffHeader header = TiffHeader.of(file);
          ImageShape size = bounded(header.width(), header.height());
          header.requireReadable(options.maxPixels());
          return size;
        }
        case JPEG -> {
          JpegHeader header = JpegHeader.of(file);
          @Nullable String problem = header == null ? null : header.problem();
          if (problem != null) {
            throw new BadImage(problem);
          }
          if (header != null && header.frame().width() > 0 && header.frame().height() > 0) {
            return bounded(header.frame().width(), header.frame().height());
          }
        }
        case PNG -> {
          long width = Bytes.has(file, 12, "IHDR") ? Bytes.u32(file, 16, true) : 0;
          if (width > 0 && file.length > 24) {
            return bounded(width, Bytes.u32(file, 20, true));
          }
        }
        default -> {}
      }
      return reading(file, reader -> bounded(reader.getWidth(0), reader.getHeight(0)));
    }

    private ImageShape bounded(long width, long height) throws BadImage {
      return requireBounded(width, height, options);
    }

    static ImageShape requireBounded(long width, long height, DecodeOptions options)
        throws BadImage {
      if (width <= 0 || height <= 0) {
        throw new BadImage("has no pixels");
      }
      if (width > options.maxPixels() || height > options.maxPixels() / width) {
        throw new BadImage(
            String.format(
                Locale.ROOT,
                "has %d×%d pixels (width × height), more than the %,d of max_pixels; make it"
                    + " smaller, or set max_pixels",
                width,
                height,
                options.maxPixels()));
      }
      if (Math.max(width, height) > MAX_SIDE) {
        throw new BadImage(
            "has " + width + "×" + height + " pixels, more than 65,535 in a row; make it smaller");
      }
      return new ImageShape(3, (int) height, (int) width);
    }

    Decoded decode(ImageShape shape, Optional<ImageShape> larger) throws BadImage {
      ImageShape stored = storedSize();
      int step = step(stored, larger.orElse(shape));
      return DecodeMemoryLimiter.holding(held(stored, step), () -> decode(stored, shape, larger));
    }

    /** The pixels in memory; four colours and a frame that is a part of a canvas are read whole. */
    private long held(ImageShape stored, int step) throws BadImage {
      boolean whole =
          switch (format) {
            case JPEG -> {
              @Nullable JpegHeader header = JpegHeader.of(file);
              yield header != null && header.components() == 4;
            }
            case GIF -> !Canvas.ofGif(file).isCovered();
            case WEBP -> !WebpHeader.of(file).canvas().isCovered();
            default -> false;
          };
      return count(stored, whole ? 1 : step);
    }

    private Decoded decode(ImageShape stored, ImageShape shape, Optional<ImageShape> larger)
        throws BadImage {
      int step = step(stored, shape);
      Pixels pixels = pixels(stored, step);
      byte[] bytes = pixels.of(shape, options.resize());
      if (larger.isEmpty()) {
        return new Decoded(bytes, Optional.empty(), pixels.isTransparent());
      }
      int largerStep = step(stored, larger.get());
      Pixels finer = largerStep == step ? pixels : pixels(stored, largerStep);
      return new Decoded(
          bytes, Optional.of(finer.of(larger.get(), options.resize())), pixels.isTransparent());
    }

    private Pixels pixels(ImageShape stored, int step) throws BadImage {
      BufferedImage image = image(stored, step);
      boolean premultiplied =
          format == ImageFormat.TIFF
              ? TiffHeader.of(file).isPremultiplied()
              : image.isAlphaPremultiplied();
      return new Pixels(image, orientation, premultiplied);
    }

    private BufferedImage image(ImageShape stored, int step) throws BadImage {
      switch (format) {
        case JPEG -> {
          requireFewScans(JpegScans.count(file), stored);
          @Nullable JpegHeader header = JpegHeader.of(file);
          if (header == null) {
            throw new BadImage("is damaged or cut short: it ends before its pixels");
          }
          byte[] explicit = header.explicit(file);
          return header.components() == 4
              ? reading(explicit, reader -> fourColours(reader, header))
              : reading(explicit, reader -> pixels(reader, step));
        }
        case TIFF -> {
          byte[] alone = TiffHeader.of(file).alone(file);
          return reading(alone, reader -> pixels(reader, step));
        }
        case WEBP -> {
          WebpHeader header = WebpHeader.of(file);
          return onCanvas(header.still(), header.canvas(), step);
        }
        case GIF -> {
          return onCanvas(file, Canvas.ofGif(file), step);
        }
        case PNM -> {
          return new PortableMap(file).pixels(step);
        }
        default -> {
          return reading(file, reader -> pixels(reader, step));
        }
      }
    }

    private BufferedImage onCanvas(byte[] bytes, Canvas canvas, int step) throws BadImage {
      bounded(canvas.frame().width, canvas.frame().height);
      return canvas.isCovered()
          ? reading(bytes, reader -> pixels(reader, step))
          : canvas.with(reading(bytes, reader -> pixels(reader, 1)));
    }

    private <T> T reading(byte[] bytes, Reading<T> reading) throws BadImage {
      ImageReader reader = format.reader();
      // Not ImageIO.createImageInputStream, which may create a temporary file.
      try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
        // Metadata is not needed, and its compressed pieces can be hostile.
        reader.setInput(in, true, true);
        return reading.from(reader);
      } catch (IOException | RuntimeException e) {
        requireMemory(e);
        throw new BadImage(reason(e), e);
      } finally {
        reader.dispose();
      }
    }

    private BufferedImage pixels(ImageReader reader, int step) throws IOException, BadImage {
      ImageReadParam param = reader.getDefaultReadParam();
      param.setSourceSubsampling(step, step, 0, 0);
      DamageListener listener = listener(reader);
      BufferedImage image = reader.read(0, param);
      requireWhole(listener);
      return image;
    }

    /** A JPEG of four components, as its raw samples. */
    private BufferedImage fourColours(ImageReader reader, JpegHeader header)
        throws IOException, BadImage {
      DamageListener listener = listener(reader);
      Raster raster = reader.readRaster(0, null);
      requireWhole(listener);
      return FourColours.rgb(raster, header.transform() == 2);
    }

    private static DamageListener listener(ImageReader reader) {
      DamageListener listener = new DamageListener();
      reader.addIIOReadWarningListener(listener);
      reader.addIIOReadProgressListener(listener);
      return listener;
    }

    private void requireWhole(DamageListener listener) throws BadImage {
      @Nullable String damage = listener.damage(format);
      if (damage != null) {
        throw new BadImage("is damaged or cut short: " + damage);
      }
    }

    private static long count(ImageShape stored, int step) {
      return (long) (stored.height() / step + 1) * (stored.width() / step + 1);
    }

    /**
     * The step of subsampling: it keeps at least four pixels of a row for each pixel of the target.
     */
    private int step(ImageShape stored, ImageShape target) {
      int rows = orientation.swaps() ? target.width() : target.height();
      int columns = orientation.swaps() ? target.height() : target.width();
      double wished = Math.sqrt(stored.height() / SUBSAMPLED_PIXELS * stored.width());
      int max = Math.min(stored.height() / (4 * rows), stored.width() / (4 * columns));
      return Math.max(1, Math.min(max, (int) Math.ceil(wished)));
    }
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
    if (e instanceof IIOException && text.contains("unsupported")) {
      return "is of a kind that cannot be read ("
          + IoErrors.reason(e)
          + "); save it as an ordinary PNG or JPEG";
    }
    return "is damaged or cut short: " + IoErrors.reason(e);
  }
}
