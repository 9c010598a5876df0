package dev.onecycle.data.augment;

import dev.onecycle.data.augment.CropChoice.CutoutCenter;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Random changes of training images.
 *
 * <p>The change of an image is a {@link Change}. It is drawn from (seed, epoch, image) alone, so it
 * does not depend on the order of images, on threads, or on a resume.
 *
 * <p>{@link Augmenter} says in which order an image is changed.
 */
public final class Augmentation {
  /** The largest pad for which an int can count the windows and their mirror images. */
  private static final int MAX_PAD = (1 << 14) - 1;

  private static final double MAX_ZOOM = 10;

  // Written while an object is made, never after.
  private int pad;
  private PadMode padMode = PadMode.REFLECT;
  private Flip flip = Flip.NONE;
  private int cutout;
  private Optional<ResizedCrop> crop = Optional.empty();
  private double rotation;
  private double zoom = 1;
  private ColorJitter color = ColorJitter.NONE;
  private Optional<RandomErasing> erasing = Optional.empty();
  private boolean trivialAugment;
  private Mixing mixing = Mixing.NONE;

  private Augmentation() {}

  /** No change, as in validation. */
  public static Augmentation none() {
    return new Augmentation();
  }

  /**
   * For small images: a pad of 4 by reflection, a random crop and a random flip, as in He et al.
   * 2016 (section 4.2), who pad with zeros.
   */
  public static Augmentation standard() {
    return none().withPad(4).withFlip(Flip.RANDOM);
  }

  /**
   * For photos: a random resized crop of 0.35 to 1 of the area, a flip, a rotation by up to 10°, a
   * zoom of up to 1.1, and brightness, contrast and saturation changed by up to 0.2.
   *
   * <p><i>Source:</i> fastai's {@code RandomResizedCrop(size, min_scale=0.35)} with {@code
   * aug_transforms}. <i>Deviation:</i> every change is drawn for every image, where fastai leaves
   * rotation, zoom and light out for a quarter of the images; no change of perspective; saturation
   * changes too, and light by torchvision's formulas.
   */
  public static Augmentation photo() {
    return none()
        .withFlip(Flip.RANDOM)
        .withCrop(new ResizedCrop(0.35, 1, ResizedCrop.STANDARD_RATIO))
        .withRotation(10)
        .withZoom(1.1)
        .withColor(new ColorJitter(0.2, 0.2, 0.2));
  }

  public Augmentation withPad(int pixels) {
    Require.that(
        pixels >= 0 && pixels <= MAX_PAD,
        "augmentation pad",
        "in [0, " + MAX_PAD + "]",
        pixels,
        pixels);
    return with(copy -> copy.pad = pixels);
  }

  public Augmentation withPadMode(PadMode mode) {
    return with(copy -> copy.padMode = mode);
  }

  public Augmentation withFlip(Flip rule) {
    return with(copy -> copy.flip = rule);
  }

  public Augmentation withCutout(int side) {
    Require.atLeast("augmentation cutout", side, 0);
    return with(copy -> copy.cutout = side);
  }

  public Augmentation withCrop(ResizedCrop part) {
    return with(copy -> copy.crop = Optional.of(part));
  }

  public Augmentation withoutCrop() {
    return with(copy -> copy.crop = Optional.empty());
  }

  public Augmentation withRotation(double degrees) {
    Require.inClosed("augmentation rotation", degrees, 0, 180);
    return with(copy -> copy.rotation = degrees);
  }

  public Augmentation withZoom(double factor) {
    Require.inClosed("augmentation zoom", factor, 1, MAX_ZOOM);
    return with(copy -> copy.zoom = factor);
  }

  public Augmentation withColor(ColorJitter jitter) {
    return with(copy -> copy.color = jitter);
  }

  public Augmentation withErasing(RandomErasing rectangle) {
    return with(copy -> copy.erasing = Optional.of(rectangle));
  }

  public Augmentation withoutErasing() {
    return with(copy -> copy.erasing = Optional.empty());
  }

  public Augmentation withTrivialAugment(boolean on) {
    return with(copy -> copy.trivialAugment = on);
  }

  public Augmentation withMixing(Mixing pairs) {
    return with(copy -> copy.mixing = pairs);
  }

  private Augmentation with(Consumer<Augmentation> change) {
    Augmentation copy = new Augmentation();
    copy.pad = pad;
    copy.padMode = padMode;
    copy.flip = flip;
    copy.cutout = cutout;
    copy.crop = crop;
    copy.rotation = rotation;
    copy.zoom = zoom;
    copy.color = color;
    copy.erasing = erasing;
    copy.trivialAugment = trivialAugment;
    copy.mixing = mixing;
    change.accept(copy);
    return copy;
  }

  /** The number of pixels added on each side before the random crop; 0 for no random crop. */
  public int pad() {
    return pad;
  }

  /** The content of pixels outside the image: of the pad, and where an image is turned. */
  public PadMode padMode() {
    return padMode;
  }

  /** The rule by which images are mirrored left to right. */
  public Flip flip() {
    return flip;
  }

  /**
   * The side of a square that is filled with the mean colour of the image, in pixels; 0 for none.
   * Its centre may be any pixel, so a part of it may lie outside the image.
   *
   * <p><i>Source:</i> DeVries and Taylor 2017 (arXiv 1708.04552, section 3.2), who fill it with the
   * mean colour of the dataset.
   */
  public int cutout() {
    return cutout;
  }

  /** The random part of the image that takes the place of the whole. */
  public Optional<ResizedCrop> crop() {
    return crop;
  }

  /** The largest angle by which an image is turned about its centre, in degrees, [0, 180]. */
  public double rotation() {
    return rotation;
  }

  /**
   * The largest factor by which an image is enlarged, in [1, 10]. The factor is uniform between 1
   * and it, and the part that is shown may lie anywhere.
   */
  public double zoom() {
    return zoom;
  }

  /** The changes of brightness, contrast and saturation. */
  public ColorJitter color() {
    return color;
  }

  /** The rectangle that is erased. */
  public Optional<RandomErasing> erasing() {
    return erasing;
  }

  /** Whether one operation of {@link TrivialAugment} is applied too. */
  public boolean trivialAugment() {
    return trivialAugment;
  }

  /** The mixing of each image with another of its batch, which {@code BatchLoader} does. */
  public Mixing mixing() {
    return mixing;
  }

  /** The changes in a few words. Saved conditions compare this text. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    crop.ifPresent(crop -> parts.add(crop.describe()));
    if (pad > 0) {
      parts.add("pad " + pad + " (" + name(padMode) + "), random crop");
    }
    if (flip != Flip.NONE) {
      parts.add(flip == Flip.ALTERNATE ? "alternating flip" : "flip");
    }
    if (rotation > 0) {
      parts.add("rotation " + Numbers.rounded(rotation, 6) + "°");
    }
    if (zoom > 1) {
      parts.add("zoom " + Numbers.rounded(zoom, 6));
    }
    if (trivialAugment) {
      parts.add("TrivialAugment");
    }
    boolean borders = crop.isPresent() || rotation > 0 || trivialAugment;
    if (borders && pad == 0 && padMode != PadMode.REFLECT) {
      parts.add(name(padMode) + " borders");
    }
    if (!color.equals(ColorJitter.NONE)) {
      parts.add(color.describe());
    }
    erasing.ifPresent(erasing -> parts.add(erasing.describe()));
    if (cutout > 0) {
      parts.add("cutout " + cutout);
    }
    if (mixing.isOn()) {
      parts.add(mixing.describe());
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Whether images stay unchanged. */
  public boolean isNone() {
    return equals(none().withPadMode(padMode));
  }

  /** The window that leaves an image unchanged. */
  public CropChoice identity() {
    return new CropChoice(pad, pad, false);
  }

  /** All windows and mirror images, each of them equally likely over the epochs. */
  public List<CropChoice> windows() {
    List<CropChoice> all = new ArrayList<>();
    for (int window = 0; window < windowCount(); window++) {
      all.add(window(window, Optional.empty()));
    }
    return List.copyOf(all);
  }

  /**
   * The change of image {@code index} in {@code epoch}.
   *
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   */
  public Change choose(long seed, long epoch, int index, int height, int width) {
    return choose(seed, epoch, index, 0, height, width);
  }

  /** The random numbers of an image in an epoch, which are others each time that it is drawn. */
  static SplittableRandom stream(long seed, String purpose, long epoch, int index, int turn) {
    return turn == 0
        ? RandomStream.of(seed, purpose, epoch, index)
        : RandomStream.of(seed, purpose, epoch, index, turn);
  }

  /** As the other method, where the image was drawn {@code turn} times before in the epoch. */
  Change choose(long seed, long epoch, int index, int turn, int height, int width) {
    SplittableRandom random = stream(seed, "augment", epoch, index, turn);
    // This draw comes first: windows of small images stay as they were when others are added.
    CropChoice window = window(random, seed, epoch, index);
    Rectangle whole = Rectangle.whole(height, width);
    Change.View view =
        new Change.View(
            crop.map(part -> part.draw(random, height, width)).orElse(whole),
            rotation > 0 ? rotation * (2 * random.nextDouble() - 1) : 0,
            zoom > 1 ? Change.Zoom.draw(random, zoom) : Change.Zoom.NONE);
    ColorJitter.Factors factors = color.draw(random);
    Optional<TrivialAugment> trivial =
        trivialAugment ? Optional.of(TrivialAugment.draw(random)) : Optional.empty();
    return new Change(
        window, view, factors, trivial, erasing.flatMap(e -> e.draw(random, height, width)));
  }

  private int windowCount() {
    return places() * (flip == Flip.NONE ? 1 : 2);
  }

  private int places() {
    int side = 2 * pad + 1;
    return side * side;
  }

  private CropChoice window(SplittableRandom random, long seed, long epoch, int index) {
    int window = random.nextInt(windowCount());
    if (flip == Flip.ALTERNATE) {
      boolean mirroredFirst = RandomStream.of(seed, "flip", index).nextBoolean();
      boolean mirrored = mirroredFirst ^ (epoch % 2 == 1);
      window = window % places() + (mirrored ? places() : 0);
    }
    return window(window, cutout > 0 ? Optional.of(center(random.nextInt())) : Optional.empty());
  }

  /** Both coordinates of 16 bits each. */
  private static CutoutCenter center(int bits) {
    return new CutoutCenter((bits >>> 16) / 65536.0, (bits & 0xffff) / 65536.0);
  }

  private CropChoice window(int window, Optional<CutoutCenter> center) {
    int place = window % places();
    int side = 2 * pad + 1;
    return new CropChoice(place / side, place % side, window >= places(), center);
  }

  private List<Object> values() {
    return List.of(
        pad, padMode, flip, cutout, crop, rotation, zoom, color, erasing, trivialAugment, mixing);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Augmentation augmentation && values().equals(augmentation.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return describe();
  }
}
