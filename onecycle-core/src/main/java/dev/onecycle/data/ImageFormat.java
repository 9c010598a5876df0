package dev.onecycle.data;

import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The image formats that are read, told apart by their first bytes. */
enum ImageFormat {
  JPEG(0xFF, 0xD8, 0xFF),
  PNG(0x89, 'P', 'N', 'G'),
  GIF('G', 'I', 'F', '8'),
  BMP('B', 'M');

  static {
    ImageIO.setUseCache(false);
  }

  private final int[] magic;
  private final ImageReaderSpi provider;

  ImageFormat(int... magic) {
    this.magic = magic;
    this.provider = provider(name());
  }

  static ImageFormat of(byte[] file) throws BadImage {
    for (ImageFormat format : values()) {
      if (format.matches(file)) {
        return format;
      }
    }
    throw new BadImage("is not a JPEG, PNG, BMP or GIF image");
  }

  /** A new reader, to be disposed of. */
  ImageReader reader() {
    try {
      return provider.createReaderInstance();
    } catch (IOException e) {
      throw new IllegalStateException("the platform's " + this + " reader does not start", e);
    }
  }

  private boolean matches(byte[] file) {
    if (file.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((file[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** The platform's own reader, so that pixels do not depend on what else is on the class path. */
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
