package dev.onecycle.data.image.decode;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header of a JPEG file: its segments up to the first scan.
 *
 * <p>The Java reader guesses what components mean where markers are missing, and follows colour
 * profiles. Here the meaning is decided as in libjpeg-turbo, which Pillow, torchvision and Keras
 * use, and is stated in the file that the reader gets.
 *
 * @param frame the kind and the size of the image
 * @param transform the meaning of the components as in Adobe's marker: 0 RGB or CMYK, 1 YCbCr, 2
 *     YCCK
 * @param exif the position of the EXIF block, its TIFF header; -1 if there is none
 */
record JpegHeader(Frame frame, int transform, int exif) {
  /**
   * The start of a frame.
   *
   * @param process the kind of coding: the low byte of the frame's marker, 0xC0 for baseline
   * @param precision the bits of a sample
   * @param components the number of components
   */
  record Frame(int process, int precision, int height, int width, int components) {}

  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;
  private static final int APP14 = 0xEE;
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  /** The position and the marker of each segment up to the first scan; bytes before are padding. */
  private interface Segments {
    void segment(int marker, int at, int end);
  }

  /** Null where the file has no frame before its first scan. */
  static @Nullable JpegHeader of(byte[] file) {
    int[] frame = {-1, 0};
    int[] adobe = {-1};
    int[] exif = {-1};
    boolean[] jfif = {false};
    walk(
        file,
        (marker, at, end) -> {
          if (isFrame(marker) && frame[0] < 0 && at + 10 <= end) {
            frame[0] = at;
            frame[1] = marker;
          } else if (marker == APP0 && Bytes.has(file, at + 4, "JFIF\0")) {
            jfif[0] = true;
          } else if (marker == APP1 && Bytes.has(file, at + 4, "Exif\0") && exif[0] < 0) {
            exif[0] = at + 10;
          } else if (marker == APP14 && at + 16 <= end && Bytes.has(file, at + 4, "Adobe")) {
            adobe[0] = Bytes.u8(file, at + 15);
          }
        });
    if (frame[0] < 0) {
      return null;
    }
    int components = Bytes.u8(file, frame[0] + 9);
    return new JpegHeader(
        new Frame(
            frame[1],
            Bytes.u8(file, frame[0] + 4),
            Bytes.u16(file, frame[0] + 5, true),
            Bytes.u16(file, frame[0] + 7, true),
            components),
        transform(components, adobe[0], jfif[0], ids(file, frame[0], components)),
        exif[0]);
  }

  /** The rules of libjpeg's default_decompress_parms. */
  private static int transform(int components, int adobe, boolean jfif, String ids) {
    if (components == 4) {
      return adobe < 0 || adobe == 0 ? 0 : 2;
    }
    if (components != 3 || jfif) {
      return 1;
    }
    if (adobe >= 0) {
      return adobe == 0 ? 0 : 1;
    }
    return ids.equals("RGB") ? 0 : 1;
  }

  private static String ids(byte[] file, int frame, int components) {
    StringBuilder ids = new StringBuilder();
    for (int i = 0; i < components && frame + 10 + 3 * i < file.length; i++) {
      ids.append((char) Bytes.u8(file, frame + 10 + 3 * i));
    }
    return ids.toString();
  }

  int components() {
    return frame.components;
  }

  /** Why images of this kind cannot be read, as a phrase after the name; null if they can. */
  @Nullable String problem() {
    int process = frame.process;
    int precision = frame.precision;
    int components = frame.components;
    String advice = "; save it again as an ordinary JPEG or a PNG";
    if (process >= 0xC9) {
      return "is an arithmetic-coded JPEG, which cannot be read; convert it without loss by"
          + " jpegtran -optimize";
    }
    if (process == 0xC3) {
      return "is a lossless JPEG, which cannot be read" + advice;
    }
    if (process > 0xC3) {
      return "is a hierarchical JPEG, which cannot be read" + advice;
    }
    if (precision != 8) {
      return "is a JPEG of " + precision + " bits a sample, which cannot be read" + advice;
    }
    if (components != 1 && components != 3 && components != 4) {
      return "is a JPEG of " + components + " components, which cannot be read" + advice;
    }
    return null;
  }

  /**
   * The same image without colour profiles and with its meaning stated; the file itself where it
   * leaves nothing to a guess.
   */
  byte[] explicit(byte[] file) {
    int components = frame.components;
    boolean[] clear = {components != 4};
    boolean[] jfif = {false};
    boolean[] exifOrPlain = {false};
    int[] scan = {2};
    walk(
        file,
        (marker, at, end) -> {
          clear[0] &= marker != APP14 && marker != APP2;
          jfif[0] |= marker == APP0 && Bytes.has(file, at + 4, "JFIF\0");
          exifOrPlain[0] |= isFrame(marker) && ids(file, at, components).equals("\1\2\3");
          scan[0] = end;
        });
    if (clear[0] && (components == 1 || (transform == 1 && (jfif[0] || exifOrPlain[0])))) {
      return file;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 16);
    out.write(file, 0, 2);
    if (components != 1) {
      byte[] marker = {
        (byte) 0xFF, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
      };
      marker[15] = (byte) transform;
      out.writeBytes(marker);
    }
    walk(
        file,
        (marker, at, end) -> {
          boolean application = marker >= APP0 && marker <= 0xEF;
          if (!application && end <= file.length) {
            out.write(file, at, end - at);
          }
        });
    if (scan[0] < file.length) {
      out.writeBytes(Arrays.copyOfRange(file, scan[0], file.length));
    }
    return out.toByteArray();
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** Visits the segments before the first scan, as a decoder goes from marker to marker. */
  private static void walk(byte[] file, Segments segments) {
    int at = 2;
    while (at + 3 < file.length) {
      int marker = Bytes.u8(file, at + 1);
      if (file[at] != (byte) 0xFF || marker == 0xFF) {
        at++;
      } else if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
        return;
      } else if (marker <= 1 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2;
      } else {
        int end = at + 2 + Bytes.u16(file, at + 2, true);
        if (end > file.length) {
          return;
        }
        segments.segment(marker, at, end);
        at = end;
      }
    }
  }
}
