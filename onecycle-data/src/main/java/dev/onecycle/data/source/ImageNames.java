package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Names of files that may be images.
 *
 * <p>A file with the extension of an image must be one, also where the format cannot be read; so
 * must a file without an extension. Any other file is litter beside the images.
 */
public final class ImageNames {
  private static final Set<String> EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "pjpeg", "pjp", "png", "apng", "gif", "bmp", "dib", "webp",
          "tif", "tiff", "ppm", "pgm", "pbm", "pnm", "pam", "heic", "heif", "avif", "jp2", "j2k",
          "jpf", "jpx", "jxl", "svg", "ico", "tga", "psd", "exr", "hdr", "pcx", "dcm", "dng", "cr2",
          "cr3", "nef", "arw", "orf", "rw2", "raw");

  /** A longer ending is a part of the name: {@code 2024.holidays}. */
  private static final int MAX_EXTENSION = 5;

  private ImageNames() {}

  /** Whether a file of this name must be an image; otherwise it is litter. */
  public static boolean mayBeImage(String file) {
    String extension = extension(file);
    return extension.isEmpty() || EXTENSIONS.contains(extension);
  }

  /** Whether a file has the extension of an image. */
  static boolean isNamedAsImage(String file) {
    return EXTENSIONS.contains(extension(file));
  }

  /** The extension in small letters; empty if there is none, or only a number. */
  private static String extension(String file) {
    String name = EntryNames.last(file);
    int dot = name.lastIndexOf('.');
    String extension = dot < 0 ? "" : name.substring(dot + 1).strip().toLowerCase(Locale.ROOT);
    boolean isOne =
        extension.length() <= MAX_EXTENSION && extension.matches("[a-z0-9]*[a-z][a-z0-9]*");
    return isOne ? extension : "";
  }

  /** The extensions of files with the number of files of each, for a message. */
  public static String counts(List<String> files) {
    Map<String, Long> counts =
        files.stream()
            .collect(
                Collectors.groupingBy(ImageNames::extension, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(entry -> Numbers.format("%,d .%s", entry.getValue(), entry.getKey()))
        .collect(Collectors.joining(", "));
  }
}
