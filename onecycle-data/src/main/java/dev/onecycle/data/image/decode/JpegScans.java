package dev.onecycle.data.image.decode;

/** The scans of a JPEG file, each of which is a pass over all blocks of the image. */
public final class JpegScans {
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  private JpegScans() {}

  /** Their number, found the way a decoder finds its way from marker to marker. */
  public static int count(byte[] file) {
    int scans = 0;
    int at = 2;
    while (at + 3 < file.length) {
      int marker = file[at + 1] & 0xFF;
      if (file[at] != (byte) 0xFF || marker == 0xFF) {
        at++;
      } else if (marker == END_OF_IMAGE) {
        break;
      } else if (hasNoLength(marker)) {
        at += 2;
      } else {
        scans += marker == START_OF_SCAN ? 1 : 0;
        at += 2 + ((file[at + 2] & 0xFF) << 8 | (file[at + 3] & 0xFF));
      }
    }
    return scans;
  }

  /** A byte of the data that only looks like a marker, and the markers that stand alone. */
  private static boolean hasNoLength(int marker) {
    return marker <= 1 || (marker >= 0xD0 && marker <= 0xD8);
  }
}
