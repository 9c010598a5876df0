package dev.onecycle.data.image.decode;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import org.jspecify.annotations.Nullable;

/**
 * The image formats that are read, recognized by their first bytes.
 *
 * <p>Each format has one reader, whatever else is on the class path: the platform's for JPEG, PNG,
 * GIF and BMP, TwelveMonkeys' for TIFF and WebP. Portable maps are read by {@link PortableMap}.
 */
enum ImageFormat {
  JPEG("\u00FF\u00D8\u00FF"),
  PNG("\u0089PNG"),
  GIF("GIF8"),
  BMP("BM"),
  TIFF("II*\0", "MM\0*"),
  WEBP("RIFF"),
  PNM("P1", "P2", "P3", "P4", "P5", "P6");

  /** The formats by name, for messages. */
  static final String NAMES = "JPEG, PNG, WebP, TIFF, GIF, BMP or PNM";

  private static final ImageFormat[] ALL = values();

  static {
    ImageIO.setUseCache(false);
  }

  /** The possible first bytes of a file, one per character. */
  private final List<String> magics;

  /** Started when it is needed: most data needs one reader. */
  private @Nullable ImageReaderSpi provider;

  ImageFormat(String... magics) {
    this.magics = List.of(magics);
  }

  static ImageFormat of(byte[] file) throws BadImage {
    for (ImageFormat format : ALL) {
      if (format.matches(file)) {
        return format;
      }
    }
    throw new BadImage(UnreadableFormat.problem(file).orElse("is not a " + NAMES + " image"));
  }

  /** A new reader, which the caller disposes. */
  ImageReader reader() {
    try {
      return provider().createReaderInstance();
    } catch (IOException e) {
      throw new IllegalStateException("the " + this + " reader does not start", e);
    }
  }

  private synchronized ImageReaderSpi provider() {
    @Nullable ImageReaderSpi known = provider;
    if (known == null) {
      known =
          switch (this) {
            case TIFF -> new TIFFImageReaderSpi();
            case WEBP -> new WebPImageReaderSpi();
            default -> ofPlatform();
          };
      provider = known;
    }
    return known;
  }

  private boolean matches(byte[] file) {
    if (this == WEBP && !Bytes.has(file, 8, "WEBP")) {
      return false;
    }
    if (this == PNM && (file.length < 3 || !isBlank(file[2]))) {
      return false;
    }
    if (this == TIFF && Bytes.has(file, 8, "CR")) {
      return false; // a raw file of Canon
    }
    for (String magic : magics) {
      if (Bytes.has(file, 0, magic)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBlank(byte letter) {
    return Character.isWhitespace(letter) || letter == '#';
  }

  /** The reader of the platform, so that pixels do not depend on the rest of the class path. */
  private ImageReaderSpi ofPlatform() {
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    while (all.hasNext()) {
      ImageReaderSpi candidate = all.next();
      boolean own = candidate.getClass().getName().startsWith("com.sun.imageio.");
      for (String format : candidate.getFormatNames()) {
        if (own && format.equalsIgnoreCase(name())) {
          return candidate;
        }
      }
    }
    throw new IllegalStateException("this Java platform has no reader for " + this);
  }
}
