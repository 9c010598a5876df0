package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The text of a file that holds classes. It must be UTF-8: read in another encoding, names that
 * differ would become one.
 */
public final class Utf8Text {
  private Utf8Text() {}

  /**
   * The text, without a byte order mark.
   *
   * @param name of the file, for the error
   * @throws BadDataException where the bytes are not UTF-8
   */
  public static String of(String name, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new BadDataException(
          name + " has letters that are not UTF-8, such as of Windows-1252; save it as UTF-8", e);
    }
  }
}
