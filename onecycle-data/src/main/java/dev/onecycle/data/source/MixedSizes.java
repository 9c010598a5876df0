package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Resize;
import dev.onecycle.text.Numbers;
import java.util.Collection;
import java.util.HashSet;

/**
 * The shape of images that have several sizes. It has about as many pixels as a square of {@value
 * #SIDE} pixels a side. Images of like proportions keep them, so that little is cut off: else a
 * mark near an edge is lost, and with it the class. All others become squares.
 *
 * @param shape of all images
 * @param note that says so, a whole sentence
 */
public record MixedSizes(ImageShape shape, String note) {
  private static final int SIDE = 64;

  /** Height and width are multiples of this, so that strides divide them. */
  private static final int MULTIPLE = 4;

  /** Images are alike if this share of them keeps this share of its pixels. */
  private static final double KEPT = 0.9;

  /** Longer images than this are made squares: too few pixels would be left across. */
  private static final double LONGEST = 4;

  /** The shape of images of which nothing is known. */
  public static final ImageShape SQUARE = new ImageShape(3, SIDE, SIDE);

  /**
   * The shape for images, and what becomes of them.
   *
   * @param sizes of the images, several different ones
   * @param sizing that may have a size of its own
   */
  public static MixedSizes of(Collection<ImageShape> sizes, Resize resize, Sizing sizing) {
    ImageShape usual = usual(sizes);
    boolean alike = share(sizes, usual) >= KEPT;
    ImageShape shape = sizing.of(alike ? usual : SQUARE);
    boolean chosenHere = sizing instanceof Sizing.AsStored;
    boolean ofModel = sizing instanceof Sizing.Exact;
    int different = new HashSet<>(sizes).size();
    String size = shape.height() + "×" + shape.width();
    double lost = 1 - sizes.stream().mapToDouble(image -> kept(image, shape)).average().orElse(1);
    String cut =
        resize == Resize.CROP && lost >= 0.05
            ? Numbers.format(
                "; the crop cuts off %.0f %% of the average image%s",
                100 * lost,
                ofModel
                    ? ", as the model has it"
                    : ", set resize to squash or pad to keep it whole")
            : "";
    return new MixedSizes(
        shape,
        "The images have "
            + different
            + " sizes and were resized to "
            + size
            + (shape.height() == shape.width() ? "" : " (height × width)")
            + (chosenHere && shape.height() != shape.width() ? ", their usual proportions" : "")
            + " ("
            + resize.text()
            + ")"
            + cut
            + (chosenHere ? "; set image_size to change that." : "."));
  }

  /** The shape with the median proportions. */
  private static ImageShape usual(Collection<ImageShape> sizes) {
    double[] ratios =
        sizes.stream()
            .mapToDouble(size -> (double) size.width() / size.height())
            .sorted()
            .toArray();
    double ratio = ratios[ratios.length / 2];
    if (ratio > LONGEST || ratio < 1 / LONGEST) {
      return SQUARE;
    }
    int height = multiple(SIDE / Math.sqrt(ratio));
    return new ImageShape(3, height, multiple(height * ratio));
  }

  private static int multiple(double pixels) {
    return Math.toIntExact(Math.round(pixels / MULTIPLE) * MULTIPLE);
  }

  private static double share(Collection<ImageShape> sizes, ImageShape shape) {
    long alike = sizes.stream().filter(size -> kept(size, shape) >= KEPT).count();
    return (double) alike / sizes.size();
  }

  /** The share of an image that a crop to a shape keeps. */
  private static double kept(ImageShape image, ImageShape shape) {
    double widths = (double) image.width() * shape.height();
    double heights = (double) image.height() * shape.width();
    return Math.min(widths, heights) / Math.max(widths, heights);
  }
}
