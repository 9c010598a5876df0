package dev.onecycle.torch.nn;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Sha256;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript file: its place, and the hash of its content. Two are equal where their contents
 * are, wherever they lie.
 */
public final class ScriptFile {
  /** What trusting a file means, for error messages. */
  public static final String DANGER =
      "such a file is a program that runs in this process, with your rights: trust it only where"
          + " you know who made it";

  private final Path path;
  private final String sha256;

  private ScriptFile(Path path, String sha256) {
    this.path = path;
    this.sha256 = sha256;
  }

  /** Finds the files that networks in model files refer to. */
  @FunctionalInterface
  public interface Finder {
    /**
     * The file of a hash.
     *
     * @throws BadDataException where it is not there, or must not be opened
     */
    ScriptFile find(String sha256);
  }

  /** Finds none: they are programs, and the reader was not told to trust them. */
  public static ScriptFile distrusted(String sha256) {
    throw new BadDataException(
        "trust_model must be given for its network, a TorchScript file of sha256 "
            + sha256.substring(0, Math.min(12, sha256.length()))
            + ", but was left out; "
            + DANGER);
  }

  /**
   * The file at a path, as it is now.
   *
   * @throws BadDataException where there is none
   */
  public static ScriptFile at(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new BadDataException("model " + path + " must be a TorchScript file but is not there");
    }
    return new ScriptFile(path, hash(path, OutputStream.nullOutputStream()));
  }

  /** Where it was found. */
  public Path path() {
    return path;
  }

  /** SHA-256 of its content, hexadecimal. */
  public String sha256() {
    return sha256;
  }

  /**
   * Copies the content.
   *
   * @throws BadDataException where it is no longer the content of this hash; the copy is then of no
   *     use
   */
  public void copyTo(OutputStream target) {
    String now = hash(path, target);
    if (!now.equals(sha256)) {
      throw new BadDataException(
          "model " + path + " must have sha256 " + sha256 + " but has " + now + ": it has changed");
    }
  }

  private static String hash(Path path, OutputStream copy) {
    MessageDigest digest = Sha256.digest();
    // Not a stream of Files, which an interrupt would close.
    try (InputStream in = new FileInputStream(path.toFile())) {
      in.transferTo(new DigestOutputStream(copy, digest));
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
    return Sha256.hex(digest);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScriptFile file && file.sha256.equals(sha256);
  }

  @Override
  public int hashCode() {
    return sha256.hashCode();
  }

  @Override
  public String toString() {
    return path + " (sha256 " + sha256.substring(0, 12) + ")";
  }
}
