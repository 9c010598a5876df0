package dev.onecycle.data.image.decode;

import java.awt.Rectangle;
import java.io.ByteArrayOutputStream;

/**
 * The chunks of a WebP file up to its first frame.
 *
 * <p>A reader allocates by the size of the canvas and by the size of its frame. So both are read
 * here, and the frame has to lie on the canvas.
 */
final class WebpHeader {
  private static final int FIRST_CHUNK = 12;
  private static final int EXIF_FLAG = 8;
  private static final int ALPHA_FLAG = 0x10;
  private static final int PROFILE_FLAG = 0x20;
  private static final int FRAME_HEADER = 16;

  private final byte[] file;
  private final boolean extended;

  /** The content of the first frame of an animation, past its header; -1 for a still image. */
  private final int animation;

  private WebpHeader(byte[] file) throws BadImage {
    this.file = file;
    this.extended = Bytes.has(file, FIRST_CHUNK, "VP8X");
    if (file.length < (extended ? 30 : 20)) {
      throw cut();
    }
    int frame = extended ? chunk(file, FIRST_CHUNK, "ANMF") : -1;
    this.animation = frame < 0 ? -1 : frame + FRAME_HEADER;
  }

  static WebpHeader of(byte[] file) throws BadImage {
    return new WebpHeader(file);
  }

  /** The position of the EXIF block; -1 if there is none. */
  static int exif(byte[] file) {
    return chunk(file, FIRST_CHUNK, "EXIF");
  }

  /** Whether the file says that it has an EXIF block, which lies behind the pixels. */
  static boolean claimsExif(byte[] file) {
    return Bytes.has(file, FIRST_CHUNK, "VP8X")
        && file.length > 20
        && (Bytes.u8(file, 20) & EXIF_FLAG) != 0;
  }

  /** The canvas with the place of the first frame, which has to lie on it. */
  Canvas canvas() throws BadImage {
    Rectangle frame = frame();
    if (!extended) {
      return new Canvas(frame.width, frame.height, frame);
    }
    int width = 1 + u24(24);
    int height = 1 + u24(27);
    if (frame.x + frame.width > width || frame.y + frame.height > height) {
      throw new BadImage("is damaged: its first frame is larger than its canvas");
    }
    if (animation < 0 && (frame.width != width || frame.height != height)) {
      throw new BadImage("is damaged: its image has another size than its canvas");
    }
    return new Canvas(width, height, frame);
  }

  private Rectangle frame() throws BadImage {
    int lossy = chunk(file, first(), "VP8 ");
    int lossless = chunk(file, first(), "VP8L");
    int left = 0;
    int top = 0;
    if (animation > file.length) {
      throw cut();
    }
    if (animation >= 0) {
      left = 2 * u24(animation - FRAME_HEADER);
      top = 2 * u24(animation - FRAME_HEADER + 3);
    }
    if (lossy >= 0 && (lossless < 0 || lossy < lossless) && lossy + 10 <= file.length) {
      return new Rectangle(
          left,
          top,
          Bytes.u16(file, lossy + 6, false) & 0x3FFF,
          Bytes.u16(file, lossy + 8, false) & 0x3FFF);
    }
    if (lossless >= 0 && lossless + 5 <= file.length) {
      long bits = Bytes.u32(file, lossless + 1, false);
      return new Rectangle(left, top, 1 + (int) (bits & 0x3FFF), 1 + (int) (bits >> 14 & 0x3FFF));
    }
    throw cut();
  }

  private int first() {
    return animation >= 0 ? animation : FIRST_CHUNK;
  }

  /** The first frame as a file of its own, without a colour profile. */
  byte[] still() throws BadImage {
    if (Bytes.u32(file, 4, false) + 8 > file.length) {
      throw cut();
    }
    if (!extended) {
      return file;
    }
    if (animation < 0) {
      byte[] plain = file.clone();
      plain[20] &= (byte) ~PROFILE_FLAG;
      int profile = chunk(file, FIRST_CHUNK, "ICCP");
      if (profile >= 0) {
        plain[profile - 8] = 'x'; // a chunk of an unknown name is passed over
      }
      return plain;
    }
    long length = Bytes.u32(file, animation - FRAME_HEADER - 4, false) - FRAME_HEADER;
    if (length < 0 || animation + length > file.length) {
      throw cut();
    }
    Rectangle frame = frame();
    byte[] header = {
      'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8', 'X', 10, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0
    };
    little(header, 4, 22 + length, 4);
    header[20] = Bytes.has(file, animation, "ALPH") || isLossless() ? (byte) ALPHA_FLAG : 0;
    little(header, 24, frame.width - 1L, 3);
    little(header, 27, frame.height - 1L, 3);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    out.write(file, animation, (int) length);
    return out.toByteArray();
  }

  private boolean isLossless() {
    return Bytes.has(file, animation, "VP8L");
  }

  private static void little(byte[] to, int at, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      to[at + i] = (byte) (value >> 8 * i);
    }
  }

  private static BadImage cut() {
    return new BadImage("is damaged or cut short: it ends before its pixels");
  }

  private int u24(int at) {
    return Bytes.u16(file, at, false) | Bytes.u8(file, at + 2) << 16;
  }

  /** The position of the content of the first chunk of this name; -1 if there is none. */
  private static int chunk(byte[] file, int from, String name) {
    long at = from;
    while (at >= 0 && at + 8 <= file.length) {
      if (Bytes.has(file, at, name)) {
        return (int) at + 8;
      }
      long length = Bytes.u32(file, at + 4, false);
      at += 8 + length + (length & 1);
    }
    return -1;
  }
}
