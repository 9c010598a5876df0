package dev.onecycle.data.image.decode;

/** The scans of a JPEG file; each scan is a pass over all blocks of the image. */
final class JpegScans {
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  private JpegScans() {}

  /** The number of scans, counted by going from marker to marker as a decoder does. */
  static int count(byte[] file) {
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

  /**
   * Whether a marker has no length: it is data that looks like one, or a marker without content.
   */
  private static boolean hasNoLength(int marker) {
    return marker <= 1 || (marker >= 0xD0 && marker <= 0xD8);
  }
}
