package dev.onecycle.data;

import dev.onecycle.data.work.ReadingListener;
import dev.onecycle.error.Require;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * How a dataset is opened.
 *
 * @param imageSize S for images of S×S pixels: the shorter side becomes S, the longer one is
 *     cropped about its centre; empty for the size that images have, or 64 where they differ; test
 *     images have no say in that
 * @param skipBad whether images that cannot be used are left out instead of failing the open
 * @param seed draws the tenth held out where there is no test or validation set
 * @param cacheFolder holds downloads and decoded images
 * @param offline whether nothing may be downloaded
 * @param progress hears how far reading and downloading have come
 */
public record DataOptions(
    OptionalInt imageSize,
    boolean skipBad,
    long seed,
    Path cacheFolder,
    boolean offline,
    ReadingListener progress) {
  private static final int MOST_SIZE = 4096;

  public DataOptions {
    if (imageSize.isPresent()) {
      int size = imageSize.getAsInt();
      Require.that(
          size >= 1 && size <= MOST_SIZE, "image size", "in [1, " + MOST_SIZE + "]", size, size);
    }
  }

  /** Sizes as stored, bad images an error, seed 0, the standard cache folder, downloads allowed. */
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

  public DataOptions withImageSize(int size) {
    return new DataOptions(OptionalInt.of(size), skipBad, seed, cacheFolder, offline, progress);
  }

  public DataOptions withSkipBad(boolean newSkipBad) {
    return new DataOptions(imageSize, newSkipBad, seed, cacheFolder, offline, progress);
  }

  public DataOptions withSeed(long newSeed) {
    return new DataOptions(imageSize, skipBad, newSeed, cacheFolder, offline, progress);
  }

  public DataOptions withCacheFolder(Path folder) {
    return new DataOptions(imageSize, skipBad, seed, folder, offline, progress);
  }

  public DataOptions withOffline(boolean newOffline) {
    return new DataOptions(imageSize, skipBad, seed, cacheFolder, newOffline, progress);
  }

  public DataOptions withProgress(ReadingListener newProgress) {
    return new DataOptions(imageSize, skipBad, seed, cacheFolder, offline, newProgress);
  }
}
