package dev.onecycle.data.image.decode;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Formats that are recognized but not read, so that a message can name them. */
final class UnreadableFormat {
  static final String RAW = "a camera's raw file";

  private UnreadableFormat() {}

  /** The first letters of a file, where they lie, and what such files are called. */
  private record Magic(int at, String letters, String name) {}

  private static final Magic[] MAGICS = {
    new Magic(0, "\0\0\0\fjP  ", "a JPEG 2000 image"),
    new Magic(0, "\u00FFO\u00FFQ", "a JPEG 2000 image"),
    new Magic(0, "\0\0\0\fJXL ", "a JPEG XL image"),
    new Magic(0, "\u00FF\n", "a JPEG XL image"),
    new Magic(0, "II\u00BC", "a JPEG XR image"),
    new Magic(0, "8BPS", "a Photoshop (PSD) image"),
    new Magic(0, "gimp xcf", "a GIMP (XCF) image"),
    new Magic(0, "%PDF", "a PDF file"),
    new Magic(0, "%!PS", "a PostScript file"),
    new Magic(0, "\u00C5\u00D0\u00D3\u00C6", "a PostScript file"),
    new Magic(0, "v/1\u0001", "an OpenEXR image"),
    new Magic(0, "#?RADIANCE", "a Radiance HDR image"),
    new Magic(0, "SIMPLE  =", "a FITS image"),
    new Magic(128, "DICM", "a DICOM image"),
    new Magic(0, "\0\0\u0001\0", "an icon (ICO)"),
    new Magic(0, "\0\0\u0002\0", "a cursor (CUR)"),
    new Magic(0, "qoif", "a QOI image"),
    new Magic(0, "DDS ", "a DDS image"),
    new Magic(0, "\u008AMNG", "an MNG image"),
    new Magic(0, "\u00D7\u00CD\u00C6\u009A", "a Windows metafile (WMF)"),
    new Magic(0, "AT&TFORM", "a DjVu file"),
    new Magic(0, "a FLIF image", "a FLIF image"),
    new Magic(0, "PF\n", "a floating-point map (PFM)"),
    new Magic(0, "Pf\n", "a floating-point map (PFM)"),
    new Magic(0, "P7\n", "a portable arbitrary map (PAM)"),
    new Magic(0, "FUJIFILMCCD-RAW", RAW),
    new Magic(0, "IIU\0", RAW),
    new Magic(0, "IIRO", RAW),
    new Magic(0, "IIRS", RAW),
    new Magic(0, "MMOR", RAW),
    new Magic(0, "II+\0", "a BigTIFF image"),
    new Magic(0, "MM\0+", "a BigTIFF image"),
  };

  /** A phrase after the name of the file: "is an AVIF image, …"; empty for an unknown format. */
  static Optional<String> problem(byte[] file) {
    if (Bytes.has(file, 4, "ftyp") && file.length >= 12) {
      return Optional.of(container(new String(file, 8, 4, StandardCharsets.ISO_8859_1)));
    }
    if (Bytes.has(file, 8, "CR") && (Bytes.has(file, 0, "II*") || Bytes.has(file, 0, "MM\0*"))) {
      return Optional.of(message(RAW));
    }
    for (Magic magic : MAGICS) {
      if (Bytes.has(file, magic.at, magic.letters)) {
        return Optional.of(message(magic.name));
      }
    }
    return text(file);
  }

  /** Files of ISO's media container, by the brand that they state. */
  private static String container(String brand) {
    return switch (brand) {
      case "avif", "avis" -> message("an AVIF image");
      case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1" ->
          message("a HEIC image");
      case "crx " -> message(RAW);
      case "jp2 ", "jpx ", "jpm ", "mjp2" -> message("a JPEG 2000 image");
      default -> "is a video or another media file, not an image";
    };
  }

  private static Optional<String> text(byte[] file) {
    String start =
        new String(file, 0, Math.min(file.length, 1024), StandardCharsets.ISO_8859_1)
            .replace("\u00EF\u00BB\u00BF", "")
            .strip()
            .toLowerCase(Locale.ROOT);
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      return Optional.of("is a web page, not an image; download it again");
    }
    boolean xml = start.startsWith("<?xml") || start.startsWith("<!doctype svg");
    if (start.startsWith("<svg") || (xml && start.contains("<svg"))) {
      return Optional.of(message("an SVG drawing"));
    }
    if (start.startsWith("version https://git-lfs")) {
      return Optional.of("is a pointer of Git LFS, not an image; run git lfs pull");
    }
    return Optional.empty();
  }

  /** The phrase for a format, which is named with its article. */
  static String message(String format) {
    return "is " + format + ", which cannot be read; convert it to JPEG or PNG";
  }
}
