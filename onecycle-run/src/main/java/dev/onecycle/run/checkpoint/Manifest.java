package dev.onecycle.run.checkpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The list of a checkpoint's files with their sizes and SHA-256 sums. It is written last, so a
 * folder whose files match its manifest is complete.
 *
 * @param format version of the checkpoint
 * @param files by name
 */
record Manifest(
    @JsonProperty("format") int format, @JsonProperty("files") Map<String, Entry> files) {
  static final String FILE = "MANIFEST.json";
  static final int FORMAT = 1;
  private static final long MAX_BYTES = 1_000_000;

  Manifest {
    files = new TreeMap<>(files);
    files.values().forEach(Objects::requireNonNull);
  }

  /**
   * A file.
   *
   * @param size in bytes
   * @param sha256 of its content, in hexadecimal digits
   */
  record Entry(@JsonProperty("size") long size, @JsonProperty("sha256") String sha256) {}

  /**
   * Reads the manifest of a folder, and checks every file against it.
   *
   * @throws BadDataException naming the file that does not match
   */
  static Manifest verified(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new BadDataException(file + " is too large for a manifest");
      }
      Manifest manifest = JsonFile.read(file, Manifest.class, "a manifest");
      if (manifest.format != FORMAT) {
        throw new BadDataException(
            file + " has format " + manifest.format + ", which this version does not know");
      }
      for (Map.Entry<String, Entry> entry : manifest.files.entrySet()) {
        verify(folder, entry.getKey(), entry.getValue());
      }
      return manifest;
    } catch (InvalidPathException e) {
      throw new BadDataException(file + " names files that cannot exist", e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  private static void verify(Path folder, String name, Entry entry) throws IOException {
    Path file = folder.resolve(name);
    if (!folder.equals(file.getParent()) || !Files.isRegularFile(file)) {
      throw new BadDataException(file + " is missing");
    }
    long size = Files.size(file);
    if (size != entry.size) {
      throw new BadDataException(
          file + " must have " + entry.size + " bytes but has " + size + ": it is damaged");
    }
    if (!Sha256.of(file).equals(entry.sha256)) {
      throw new BadDataException(
          file + " does not have the SHA-256 of its manifest: it is damaged");
    }
  }
}
