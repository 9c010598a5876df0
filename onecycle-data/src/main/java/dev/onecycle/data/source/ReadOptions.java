package dev.onecycle.data.source;

import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.DecodingCheck;
import dev.onecycle.data.image.ReadingListener;
import java.util.Locale;
import java.util.Optional;

/**
 * Options of reading a source.
 *
 * @param sizes the shapes that images get
 * @param decoding how image files become pixels
 * @param skipBad whether images that cannot be used are left out instead of failing the read
 * @param selection the splits that are read
 * @param tree the way in which names of files are understood
 * @param observers of the read
 */
public record ReadOptions(
    Sizes sizes,
    DecodeOptions decoding,
    boolean skipBad,
    SplitSelection selection,
    TreeOptions tree,
    Observers observers) {
  /**
   * Observers of a read.
   *
   * @param check looks at the images before they are decoded
   * @param listener observes the progress
   */
  public record Observers(DecodingCheck check, ReadingListener listener) {
    /** Observers that do nothing. */
    public static final Observers NONE = new Observers(DecodingCheck.NONE, ReadingListener.NONE);
  }

  /** The same with classes that do not come from folders. */
  ReadOptions withLabelling(Labelling labelling) {
    TreeOptions labelled =
        new TreeOptions(
            tree.encoding(), tree.followLinks(), tree.allowEmptyClasses(), Optional.of(labelling));
    return new ReadOptions(sizes, decoding, skipBad, selection, labelled, observers);
  }

  /**
   * The shapes that images get.
   *
   * @param sizing the rule of all images
   * @param margin the larger size in which training images are decoded too
   */
  public record Sizes(Sizing sizing, CropMargin margin) {}

  /** The rule by which all images get one shape. */
  Sizing sizing() {
    return sizes.sizing;
  }

  /** The larger size in which training images are decoded too. */
  CropMargin margin() {
    return sizes.margin;
  }

  /** Looks at the images before they are decoded. */
  DecodingCheck check() {
    return observers.check;
  }

  /** Observes the progress. */
  ReadingListener listener() {
    return observers.listener;
  }

  /** The options that the decoded images depend on, as text. */
  String description() {
    String split =
        selection == SplitSelection.ALL ? "" : " " + selection.name().toLowerCase(Locale.ROOT);
    return sizing().text()
        + " "
        + decoding.text()
        + (margin().text().isEmpty() ? "" : " " + margin().text())
        + (skipBad ? " skip-bad" : "")
        + split
        + tree.description();
  }
}
