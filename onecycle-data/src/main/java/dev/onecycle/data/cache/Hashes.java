package dev.onecycle.data.cache;

import dev.onecycle.data.index.IntArrays;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/** SHA-256 of what identifies data, CRC-32C of what only has to be seen undamaged. */
public final class Hashes {
  private Hashes() {}

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  public static String sha256(String text) {
    MessageDigest digest = sha256();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return hex(digest);
  }

  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest);
  }

  /** SHA-256 over class names, image shape, and the labels and pixels of all parts in order. */
  public static String fingerprint(SourceIndex contents, PixelStore store) {
    MessageDigest digest = sha256();
    text(digest, contents.shape().toString());
    number(digest, contents.classes().size());
    contents.classes().forEach(name -> text(digest, name));
    byte[] image = new byte[contents.shape().bytes()];
    for (Split part : contents.parts()) {
      text(digest, part.name());
      number(digest, part.size());
      digest.update(IntArrays.toBytes(part.labels()));
      for (int i = 0; i < part.size(); i++) {
        store.read(part.slot(i), image);
        digest.update(image);
      }
    }
    return hex(digest);
  }

  /** The checksum of buffers laid end to end, each from its position to its limit. */
  public static long crc(List<ByteBuffer> buffers) {
    CRC32C crc = new CRC32C();
    buffers.forEach(crc::update);
    return crc.getValue();
  }

  private static void text(MessageDigest digest, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    number(digest, utf8.length);
    digest.update(utf8);
  }

  private static void number(MessageDigest digest, int value) {
    digest.update(IntArrays.toBytes(new int[] {value}));
  }
}
