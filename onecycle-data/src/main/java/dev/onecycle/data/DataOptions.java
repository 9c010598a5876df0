package dev.onecycle.data;

import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.DecodingCheck;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.error.Require;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Options of opening a dataset: {@link #defaults()}, changed by the {@code with} methods. */
public final class DataOptions {
  /** The most bytes of decoded images in the cache, if nothing else is asked for: 64 GiB. */
  public static final long STANDARD_MAX_CACHE = 64L << 30;

  /** The readers that go through the shards of a stream side by side. */
  public static final int STANDARD_STREAM_READERS = 8;

  /** The images of a stream that are held to be shuffled. */
  public static final int STANDARD_STREAM_WINDOW = 4096;

  // Set while a copy is made, and never after that.
  private Optional<ImageSize> imageSize = Optional.empty();
  private CropMargin cropMargin = CropMargin.NONE;
  private DecodeOptions decoding = DecodeOptions.defaults();
  private boolean skipBad;
  private long seed;
  private Path cacheFolder = standardCacheFolder();
  private long maxCache = STANDARD_MAX_CACHE;
  private boolean offline;
  private DecodingCheck check = DecodingCheck.NONE;
  private ReadingListener listener = ReadingListener.NONE;
  private Optional<Charset> encoding = Optional.empty();
  private boolean followLinks;
  private boolean allowEmptyClasses;
  private Optional<Path> labels = Optional.empty();
  private Optional<String> imageColumn = Optional.empty();
  private Optional<String> labelColumn = Optional.empty();
  private Optional<Pattern> labelPattern = Optional.empty();
  private OptionalDouble validationShare = OptionalDouble.empty();
  private OptionalInt limit = OptionalInt.empty();
  private boolean stream;
  private int streamReaders = STANDARD_STREAM_READERS;
  private int streamWindow = STANDARD_STREAM_WINDOW;

  private DataOptions() {}

  private DataOptions with(Consumer<DataOptions> change) {
    DataOptions copy = new DataOptions();
    copy.imageSize = imageSize;
    copy.cropMargin = cropMargin;
    copy.decoding = decoding;
    copy.skipBad = skipBad;
    copy.seed = seed;
    copy.cacheFolder = cacheFolder;
    copy.maxCache = maxCache;
    copy.offline = offline;
    copy.check = check;
    copy.listener = listener;
    copy.encoding = encoding;
    copy.followLinks = followLinks;
    copy.allowEmptyClasses = allowEmptyClasses;
    copy.labels = labels;
    copy.imageColumn = imageColumn;
    copy.labelColumn = labelColumn;
    copy.labelPattern = labelPattern;
    copy.validationShare = validationShare;
    copy.limit = limit;
    copy.stream = stream;
    copy.streamReaders = streamReaders;
    copy.streamWindow = streamWindow;
    change.accept(copy);
    return copy;
  }

  /**
   * Sizes as stored, an error for a bad image, seed 0, the standard cache folder, downloads
   * allowed, no listener.
   */
  public static DataOptions defaults() {
    return new DataOptions();
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
   * The size of the images; empty for the size that they have. If the images to train and validate
   * on have several sizes, they get about as many pixels as 64×64: in their usual proportions where
   * these are alike, and else 64×64.
   */
  public Optional<ImageSize> imageSize() {
    return imageSize;
  }

  /** Images of a size; {@link DecodeOptions#resize} says how they get it. */
  public DataOptions withImageSize(ImageSize size) {
    return with(copy -> copy.imageSize = Optional.of(size));
  }

  /**
   * Images of {@code side}×{@code side} pixels.
   *
   * @param side in [1, 4096]
   */
  public DataOptions withImageSize(int side) {
    return withImageSize(ImageSize.square(side));
  }

  /** The larger size in which training images are decoded too, for random crops. */
  public CropMargin cropMargin() {
    return cropMargin;
  }

  /**
   * Decodes training images in a larger size too, see {@link ImageDataset#readForCrop}. Image files
   * whose size is asked for or differs get one; others have no more detail.
   */
  public DataOptions withCropMargin(CropMargin margin) {
    return with(copy -> copy.cropMargin = margin);
  }

  /** How image files become pixels. */
  public DecodeOptions decoding() {
    return decoding;
  }

  /** Reads image files in another way. */
  public DataOptions withDecoding(DecodeOptions newDecoding) {
    return with(copy -> copy.decoding = newDecoding);
  }

  /** Whether images that cannot be used are left out and reported; otherwise they are an error. */
  public boolean skipBad() {
    return skipBad;
  }

  /** Leaves out images that cannot be used, or not. */
  public DataOptions withSkipBad(boolean newSkipBad) {
    return with(copy -> copy.skipBad = newSkipBad);
  }

  /** The seed that draws the held-out tenth of data without a test or validation set. */
  public long seed() {
    return seed;
  }

  /** Draws the held-out tenth by another seed. */
  public DataOptions withSeed(long newSeed) {
    return with(copy -> copy.seed = newSeed);
  }

  /** The folder of downloads and decoded images. */
  public Path cacheFolder() {
    return cacheFolder;
  }

  /** Keeps downloads and decoded images in another folder, which is created when needed. */
  public DataOptions withCacheFolder(Path folder) {
    return with(copy -> copy.cacheFolder = folder);
  }

  /** The most bytes of decoded images in the cache, if the disk has so much room. */
  public long maxCache() {
    return maxCache;
  }

  /**
   * Bounds the decoded images of these data in the cache. Images in folders or plain .tar files
   * that take more are decoded each time they are read; their pixels are the same.
   *
   * @param bytes at least 0
   */
  public DataOptions withMaxCache(long bytes) {
    Require.that(bytes >= 0, "max_cache", "at least 0", bytes, bytes);
    return with(copy -> copy.maxCache = bytes);
  }

  /** Whether downloads are forbidden. */
  public boolean offline() {
    return offline;
  }

  /** Forbids downloads, or allows them. */
  public DataOptions withOffline(boolean newOffline) {
    return with(copy -> copy.offline = newOffline);
  }

  /** The check of images before they are decoded. */
  public DecodingCheck check() {
    return check;
  }

  /** Checks images before they are decoded. */
  public DataOptions withCheck(DecodingCheck newCheck) {
    return with(copy -> copy.check = newCheck);
  }

  /** The observer of reading and downloading. */
  public ReadingListener listener() {
    return listener;
  }

  /** Reports the progress of reading and downloading to a listener. */
  public DataOptions withListener(ReadingListener newListener) {
    return with(copy -> copy.listener = newListener);
  }

  /** The encoding of names in archives and folders that do not say theirs. */
  public Optional<Charset> encoding() {
    return encoding;
  }

  /**
   * Reads names that do not say their encoding in this one: names in a zip without the flag for
   * UTF-8, in a tar without a header of POSIX, and names of files that are not UTF-8. Without it
   * they are UTF-8 where they can be, and else code page 437 in a zip and ISO 8859-1 elsewhere.
   */
  public DataOptions withEncoding(Charset newEncoding) {
    return with(copy -> copy.encoding = Optional.of(newEncoding));
  }

  /** Whether links that lead out of a folder are followed; otherwise they are bad images. */
  public boolean followLinks() {
    return followLinks;
  }

  /** Follows links out of a folder, or not. */
  public DataOptions withFollowLinks(boolean newFollowLinks) {
    return with(copy -> copy.followLinks = newFollowLinks);
  }

  /** Whether a class may have no image to train on; otherwise that is an error. */
  public boolean allowEmptyClasses() {
    return allowEmptyClasses;
  }

  /** Allows classes without images to train on, or not. */
  public DataOptions withAllowEmptyClasses(boolean newAllowEmptyClasses) {
    return with(copy -> copy.allowEmptyClasses = newAllowEmptyClasses);
  }

  /**
   * The share of each class that is held out of the training images; empty for a tenth where there
   * are no other images to judge epochs on.
   */
  public OptionalDouble validationShare() {
    return validationShare;
  }

  /**
   * Holds out a share of each class to judge epochs on, also where there is a test set; refused
   * where there is a val set.
   *
   * @param share in (0, 1)
   */
  public DataOptions withValidationShare(double share) {
    Require.that(share > 0 && share < 1, "validation_share", "in (0, 1)", share, share);
    return with(copy -> copy.validationShare = OptionalDouble.of(share));
  }

  /** The most training images; empty for all. */
  public OptionalInt limit() {
    return limit;
  }

  /**
   * Trains on at most so many images, drawn by the seed in the shares of the classes.
   *
   * @param images at least 1, and no less than the number of classes
   */
  public DataOptions withLimit(int images) {
    Require.atLeast("limit", images, 1);
    return with(copy -> copy.limit = OptionalInt.of(images));
  }

  /** Whether shards are read as a stream. */
  public boolean stream() {
    return stream;
  }

  /**
   * Reads tar shards as a stream: they are neither listed nor cached, and each image is decoded
   * when it comes.
   */
  public DataOptions withStream(boolean newStream) {
    return with(copy -> copy.stream = newStream);
  }

  /** The readers of a stream that take turns, each with an equal part of the shards. */
  public int streamReaders() {
    return streamReaders;
  }

  /**
   * Reads a stream by so many readers. The order of the images depends on their number; ranks share
   * the reading best if it is a multiple of theirs.
   *
   * @param readers at least 1
   */
  public DataOptions withStreamReaders(int readers) {
    Require.atLeast("stream_readers", readers, 1);
    return with(copy -> copy.streamReaders = readers);
  }

  /** The images of a stream that are held to be shuffled, of all readers together. */
  public int streamWindow() {
    return streamWindow;
  }

  /**
   * Shuffles a stream in windows.
   *
   * @param images of all readers together, at least 1
   */
  public DataOptions withStreamWindow(int images) {
    Require.atLeast("stream_window", images, 1);
    return with(copy -> copy.streamWindow = images);
  }

  /** The CSV file that has the classes of the images; empty if their folders or names do. */
  public Optional<Path> labels() {
    return labels;
  }

  /**
   * Takes the classes from a CSV file with a line of column names. An image is named by its path,
   * or the end of it, with or without its extension.
   *
   * @param imageColumn the column of images; empty for a usual name, such as {@code image_id}
   * @param labelColumn the column of classes; empty for a usual name, such as {@code label}
   */
  public DataOptions withLabels(
      Path csv, Optional<String> imageColumn, Optional<String> labelColumn) {
    return with(
        copy -> {
          copy.labels = Optional.of(csv);
          copy.imageColumn = imageColumn;
          copy.labelColumn = labelColumn;
        });
  }

  /** The column of images in the CSV file of classes; empty for a usual name. */
  public Optional<String> imageColumn() {
    return imageColumn;
  }

  /** The column of classes in the CSV file of classes; empty for a usual name. */
  public Optional<String> labelColumn() {
    return labelColumn;
  }

  /** The pattern that finds the class in the name of a file; empty if folders or a file do. */
  public Optional<Pattern> labelPattern() {
    return labelPattern;
  }

  /**
   * Takes the class of an image from the name of its file: the first group of a pattern that is
   * found in it.
   *
   * @param pattern has at least one group
   */
  public DataOptions withLabelPattern(Pattern pattern) {
    Require.that(
        pattern.matcher("").groupCount() > 0,
        "label_pattern",
        "a regular expression with a group in parentheses",
        pattern,
        pattern);
    return with(copy -> copy.labelPattern = Optional.of(pattern));
  }
}
