package dev.onecycle.data;

import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.error.Require;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Options of opening a dataset: {@link #defaults()}, changed by the {@code with} methods. */
public final class DataOptions {
  private static final int MAX_IMAGE_SIZE = 4096;

  private final OptionalInt imageSize;
  private final boolean skipBad;
  private final long seed;
  private final Path cacheFolder;
  private final boolean offline;
  private final ReadingListener listener;

  private DataOptions(
      OptionalInt imageSize,
      boolean skipBad,
      long seed,
      Path cacheFolder,
      boolean offline,
      ReadingListener listener) {
    this.imageSize = imageSize;
    this.skipBad = skipBad;
    this.seed = seed;
    this.cacheFolder = cacheFolder;
    this.offline = offline;
    this.listener = listener;
  }

  /**
   * Sizes as stored, an error for a bad image, seed 0, the standard cache folder, downloads
   * allowed, no listener.
   */
  public static DataOptions defaults() {
    return new DataOptions(
        OptionalInt.empty(), false, 0, standardCacheFolder(), false, ReadingListener.NONE);
  }

  /**
   * The system property {@code onecycle.cache}, or {@code $XDG_CACHE_HOME/onecycle}, or {@code
   * ~/.cache/onecycle}.
   */
  public static Path standardCacheFolder() {
    String property = System.getProperty("onecycle.cache");
    if (property != null && !property.isBlank()) {
      return Path.of(property);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path caches =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", "."), ".cache");
    return caches.resolve("onecycle");
  }

  /**
   * The side S of the square images, in pixels; empty for the size that the images have, or 64×64
   * if the images to train and validate on have several sizes.
   */
  public OptionalInt imageSize() {
    return imageSize;
  }

  /**
   * Images of {@code size}×{@code size} pixels: the shorter side is resized to {@code size}, the
   * longer side is cropped at its centre.
   *
   * @param size in [1, 4096]
   */
  public DataOptions withImageSize(int size) {
    Require.that(
        size >= 1 && size <= MAX_IMAGE_SIZE,
        "image size",
        "in [1, " + MAX_IMAGE_SIZE + "]",
        size,
        size);
    return new DataOptions(OptionalInt.of(size), skipBad, seed, cacheFolder, offline, listener);
  }

  /** Whether images that cannot be used are left out and reported; otherwise they are an error. */
  public boolean skipBad() {
    return skipBad;
  }

  /** Leaves out images that cannot be used, or not. */
  public DataOptions withSkipBad(boolean newSkipBad) {
    return new DataOptions(imageSize, newSkipBad, seed, cacheFolder, offline, listener);
  }

  /** The seed that draws the held-out tenth of data without a test or validation set. */
  public long seed() {
    return seed;
  }

  /** Draws the held-out tenth by another seed. */
  public DataOptions withSeed(long newSeed) {
    return new DataOptions(imageSize, skipBad, newSeed, cacheFolder, offline, listener);
  }

  /** The folder of downloads and decoded images. */
  public Path cacheFolder() {
    return cacheFolder;
  }

  /** Keeps downloads and decoded images in another folder, which is created when needed. */
  public DataOptions withCacheFolder(Path folder) {
    return new DataOptions(imageSize, skipBad, seed, folder, offline, listener);
  }

  /** Whether downloads are forbidden. */
  public boolean offline() {
    return offline;
  }

  /** Forbids downloads, or allows them. */
  public DataOptions withOffline(boolean newOffline) {
    return new DataOptions(imageSize, skipBad, seed, cacheFolder, newOffline, listener);
  }

  /** The observer of reading and downloading. */
  public ReadingListener listener() {
    return listener;
  }

  /** Reports the progress of reading and downloading to a listener. */
  public DataOptions withListener(ReadingListener newListener) {
    return new DataOptions(imageSize, skipBad, seed, cacheFolder, offline, newListener);
  }
}
