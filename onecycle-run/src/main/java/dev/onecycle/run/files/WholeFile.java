package dev.onecycle.run.files;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reading of whole files; a device without end or a file far too large is refused. */
public final class WholeFile {
  private static final int MAX_DEVICE_BYTES = 16 << 20;

  private WholeFile() {}

  /**
   * The bytes of a file.
   *
   * @param max bytes of a file of its kind
   * @param kind of the file, for messages: "a run record"
   * @throws BadDataException where it cannot be read or is larger
   */
  public static byte[] read(Path file, int max, String kind) {
    try {
      boolean regular = Files.isRegularFile(file);
      int limit = regular ? max : Math.min(max, MAX_DEVICE_BYTES);
      if (regular && Files.size(file) > limit) {
        throw tooLarge(file, kind, limit);
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(limit);
        if (in.read() >= 0) {
          throw tooLarge(file, kind, limit);
        }
        return bytes;
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** The text of a file in UTF-8; as {@link #read}, and refused where it is not text. */
  public static String text(Path file, int max, String kind) {
    ByteBuffer bytes = ByteBuffer.wrap(read(file, max, kind));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new BadDataException(file + " is not " + kind + ": it is not text in UTF-8", e);
    }
  }

  private static BadDataException tooLarge(Path file, String kind, int max) {
    return new BadDataException(
        file + " is not " + kind + ": it is larger than " + (max >> 20) + " MiB");
  }
}
