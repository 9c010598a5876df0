package dev.onecycle.data.image.decode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The image formats that are read, recognized by their first bytes. */
enum ImageFormat {
  JPEG("\u00FF\u00D8\u00FF"),
  PNG("\u0089PNG"),
  GIF("GIF8"),
  BMP("BM");

  private static final Map<ImageFormat, ImageReaderSpi> READERS = new EnumMap<>(ImageFormat.class);

  static {
    ImageIO.setUseCache(false);
    for (ImageFormat format : values()) {
      READERS.put(format, provider(format.name()));
    }
  }

  /** The first bytes of a file, one per character. */
  private final String magic;

  ImageFormat(String magic) {
    this.magic = magic;
  }

  static ImageFormat of(byte[] file) throws BadImage {
    for (ImageFormat format : values()) {
      if (format.matches(file)) {
        return format;
      }
    }
    throw new BadImage("is not a JPEG, PNG, BMP or GIF image");
  }

  /** A new reader, which the caller disposes. */
  ImageReader reader() {
    ImageReaderSpi provider = READERS.get(this);
    if (provider == null) {
      throw new IllegalStateException("this Java platform has no reader for " + this);
    }
    try {
      return provider.createReaderInstance();
    } catch (IOException e) {
      throw new IllegalStateException("the platform's " + this + " reader does not start", e);
    }
  }

  private boolean matches(byte[] file) {
    return file.length >= magic.length()
        && magic.equals(new String(file, 0, magic.length(), StandardCharsets.ISO_8859_1));
  }

  /** The reader of the platform, so that pixels do not depend on the rest of the class path. */
  private static ImageReaderSpi provider(String format) {
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
    while (all.hasNext()) {
      ImageReaderSpi provider = all.next();
      boolean own = provider.getClass().getName().startsWith("com.sun.imageio.");
      for (String name : provider.getFormatNames()) {
        if (own && name.equalsIgnoreCase(format)) {
          return provider;
        }
      }
    }
    throw new IllegalStateException("this Java platform has no reader for " + format);
  }
}
