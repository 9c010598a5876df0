package dev.onecycle.data.augment;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The augmentation of one image in one epoch.
 *
 * @param window of the padded image, flip and cutout
 * @param view the part of the image that is shown, and its angle
 * @param color factors of brightness, contrast and saturation
 * @param trivial the operation of TrivialAugment; empty if there is none
 * @param erased the rectangle that is erased; empty if there is none
 */
public record Change(
    CropChoice window,
    View view,
    ColorJitter.Factors color,
    Optional<TrivialAugment> trivial,
    Optional<RandomErasing.Choice> erased) {
  /** A window, a flip and a cutout alone, of images of a height and a width. */
  public Change(CropChoice window, int height, int width) {
    this(
        window,
        new View(Rectangle.whole(height, width), 0, Zoom.NONE),
        ColorJitter.Factors.NONE,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * A part of the image, and how it is turned and enlarged.
   *
   * @param crop the part of the image, which gets the size of the result
   * @param angle counter-clockwise about the centre, in degrees
   * @param zoom after that
   */
  public record View(Rectangle crop, double angle, Zoom zoom) {
    boolean isWhole(int height, int width) {
      return crop.equals(Rectangle.whole(height, width)) && angle == 0 && zoom.factor == 1;
    }
  }

  /**
   * An enlargement.
   *
   * @param factor at least 1
   * @param down the share of what is lost that lies above, in [0, 1)
   * @param across the share of what is lost that lies to the left, in [0, 1)
   */
  public record Zoom(double factor, double down, double across) {
    static final Zoom NONE = new Zoom(1, 0, 0);

    static Zoom draw(SplittableRandom random, double most) {
      return new Zoom(
          1 + (most - 1) * random.nextDouble(), random.nextDouble(), random.nextDouble());
    }
  }

  /**
   * The place in the source image that is shown at each place of the result.
   *
   * <p>The image is cropped and resized, turned, enlarged, moved by the pad's window, mirrored, and
   * moved, sheared or turned by TrivialAugment. This map goes backwards, so the last comes first.
   */
  AffineMap map(int pad, int height, int width) {
    Rectangle crop = view.crop;
    double shrink = 1 / view.zoom.factor;
    AffineMap map = trivial.map(t -> t.map(height, width)).orElse(AffineMap.IDENTITY);
    if (window.flip()) {
      map = map.then(new AffineMap(-1, 0, width, 0, 1, 0));
    }
    return map.then(AffineMap.shift(window.left() - pad, window.top() - pad))
        .then(
            new AffineMap(
                shrink,
                0,
                view.zoom.across * width * (1 - shrink),
                0,
                shrink,
                view.zoom.down * height * (1 - shrink)))
        .then(AffineMap.rotation(view.angle, width / 2.0, height / 2.0))
        .then(
            new AffineMap(
                (double) crop.width() / width,
                0,
                crop.left(),
                0,
                (double) crop.height() / height,
                crop.top()));
  }
}
