package dev.onecycle.data.archive;

import dev.onecycle.error.BadDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names of files as text. Names whose bytes differ never become the same text.
 *
 * <p>A name without a statement about its encoding is read in the encoding that the user gave; else
 * as UTF-8 where it is valid; else in a stand-in of one byte a character, which may show other
 * letters but keeps names apart. For one thread at a time.
 */
final class NameDecoder {
  private static final String FILE_NAMES = System.getProperty("sun.jnu.encoding", "UTF-8");

  private final String tree;
  private final @Nullable Charset encoding;
  private final Charset standIn;
  private final Map<String, String> rawByFolder = new HashMap<>();
  private String example = "";

  /**
   * @param tree the name of the tree in messages
   * @param encoding of names that do not say theirs
   * @param standIn an encoding of one byte a character, for names that are not UTF-8
   */
  NameDecoder(String tree, Optional<Charset> encoding, Charset standIn) {
    this.tree = tree;
    this.encoding = encoding.orElse(null);
    this.standIn = standIn;
  }

  /** The name of an entry in its normal form. */
  String entry(byte[] raw) {
    return entry(decode(raw), raw);
  }

  /** The name of an entry that is known to be in UTF-8. */
  String entryInUtf8(byte[] raw) {
    String text = strict(StandardCharsets.UTF_8, raw);
    return entry(text == null ? decode(raw) : text, raw);
  }

  /** The name of an entry in its normal form, from a text that the archive states. */
  String entry(String text, byte[] raw) {
    String name = EntryNames.normal(text);
    requireApart(name, new String(raw, StandardCharsets.ISO_8859_1));
    return name;
  }

  /**
   * The last part of a path. Where the locale of the process cannot express it, the bytes are taken
   * from the path itself.
   */
  String lastOf(Path path) {
    String name = String.valueOf(path.getFileName());
    boolean sure = FILE_NAMES.equalsIgnoreCase("UTF-8") && name.indexOf('\uFFFD') < 0;
    boolean isNative = path.getFileSystem() == FileSystems.getDefault() && !isWindows();
    if (sure || isAscii(name) || !isNative) {
      return name;
    }
    byte[] raw = bytes(path);
    String utf8 = strict(StandardCharsets.UTF_8, raw);
    return utf8 == null ? decode(raw) : utf8;
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").startsWith("Windows");
  }

  /** The bytes of the last part of a path, which its address has one by one. */
  private static byte[] bytes(Path path) {
    String address = path.toUri().getRawPath();
    String all = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    String last = all.substring(all.lastIndexOf('/') + 1);
    byte[] bytes = new byte[last.length()];
    int count = 0;
    for (int i = 0; i < last.length(); count++) {
      boolean escaped = last.charAt(i) == '%';
      bytes[count] =
          escaped
              ? (byte) Integer.parseInt(last.substring(i + 1, i + 3), 16)
              : (byte) last.charAt(i);
      i += escaped ? 3 : 1;
    }
    return Arrays.copyOf(bytes, count);
  }

  /** A sentence about names that were read in the stand-in; empty if there were none. */
  Optional<String> note() {
    return example.isEmpty()
        ? Optional.empty()
        : Optional.of(
            tree
                + " has names that are not UTF-8, "
                + example
                + " for one; they were read as "
                + standIn
                + ". If letters are wrong, set encoding, to gbk or shift_jis for example.");
  }

  private String decode(byte[] raw) {
    String utf8 = strict(StandardCharsets.UTF_8, raw);
    if (utf8 != null && (encoding == null || isAscii(utf8))) {
      return utf8;
    }
    if (encoding == null) {
      requireSeparators(raw);
      String name = new String(raw, standIn);
      example = example.isEmpty() ? name : example;
      return name;
    }
    String text = strict(encoding, raw);
    if (text == null) {
      throw new BadDataException(
          tree
              + " has a name that is not in the encoding "
              + encoding
              + ", "
              + new String(raw, standIn)
              + "; set encoding to the one that the names are in, or leave it out");
    }
    return text;
  }

  /** In some encodings of two bytes a character the second may be a backslash: part of no path. */
  private void requireSeparators(byte[] raw) {
    for (int i = 1; i < raw.length; i++) {
      if (raw[i] == '\\' && raw[i - 1] < 0) {
        throw new BadDataException(
            tree
                + " has names that are not UTF-8 and cannot be told apart without their encoding, "
                + new String(raw, standIn)
                + " for one; set encoding, to gbk or shift_jis for example");
      }
    }
  }

  private static @Nullable String strict(Charset charset, byte[] raw) {
    try {
      return charset.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Requires that no two folders of different bytes have the same text. */
  private void requireApart(String name, String raw) {
    if (isAscii(name)) {
      return;
    }
    String[] texts = name.split("/", -1);
    String[] bytes = EntryNames.parts(raw).toArray(new String[0]);
    StringBuilder folder = new StringBuilder();
    StringBuilder folderBytes = new StringBuilder();
    for (int i = 0; i < texts.length - 1 && texts.length == bytes.length; i++) {
      folder.append(texts[i]).append('/');
      folderBytes.append(bytes[i]).append('/');
      String known = rawByFolder.putIfAbsent(folder.toString(), folderBytes.toString());
      if (known != null && !known.contentEquals(folderBytes)) {
        throw same(folder.toString());
      }
    }
  }

  /** The error for two folders that the same text stands for. */
  BadDataException same(String name) {
    return new BadDataException(
        tree
            + " has two folders whose names differ but are both read as "
            + name
            + "; set encoding to the one that the names are in, or rename them");
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }
}
