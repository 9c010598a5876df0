package dev.onecycle.torch.settings;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * A folder of the normalizations of image sets, so that each set is measured once.
 *
 * <p>The name of a file is a hash of the layout and of the hashes of the images, which data sets
 * from files know without reading an image. So other images, or others of them, have another file.
 */
public final class KeptNormalizations {
  /** Part of every name. Raise it when a normalization is measured in another way. */
  private static final int VERSION = 1;

  private final Path folder;

  /**
   * The normalizations in a folder.
   *
   * @param folder created when needed
   */
  public KeptNormalizations(Path folder) {
    this.folder = folder;
  }

  /**
   * The statistics of images, see {@link Normalization#of}: from the folder if they are there, else
   * measured and kept. A file that is damaged is written again. A folder that cannot be written
   * costs the time of the next measurement, and nothing else.
   */
  public Normalization of(ImageDataset images) {
    Path file = folder.resolve(key(images) + ".txt");
    Optional<Normalization> kept = read(file, images);
    if (kept.isPresent()) {
      return kept.get();
    }
    Normalization measured = Normalization.of(images);
    try {
      Files.createDirectories(folder);
      AtomicFile.writeText(file, measured.text());
    } catch (IOException | CannotWriteException e) {
      // The next start measures again.
      System.getLogger(KeptNormalizations.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "not kept: " + file, e);
    }
    return measured;
  }

  private static Optional<Normalization> read(Path file, ImageDataset images) {
    try {
      return Optional.of(
          Normalization.parse(file.toString(), Files.readString(file))
              .requireFits(images.layout()));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // not measured yet
    } catch (IOException | InvalidValueException e) {
      System.getLogger(KeptNormalizations.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "measured again: " + file, e);
      return Optional.empty();
    }
  }

  private static String key(ImageDataset images) {
    MessageDigest digest = Sha256.digest();
    digest.update(
        (VERSION + " " + images.layout() + " " + images.size()).getBytes(StandardCharsets.UTF_8));
    ByteBuffer hash = ByteBuffer.allocate(Long.BYTES);
    for (int i = 0; i < images.size(); i++) {
      digest.update(hash.putLong(0, images.hash(i)).array());
    }
    return Sha256.hex(digest);
  }
}
