package dev.onecycle.data.augment;

import dev.onecycle.data.augment.CropChoice.CutoutCenter;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Random changes of training images: padding with a random crop to the former size, a flip, and a
 * cutout.
 *
 * <p>The change of an image is a {@link CropChoice}. It is drawn from (seed, epoch, image) alone,
 * so it does not depend on the order of images, on threads, or on a resume.
 *
 * @param pad the number of pixels added on each side before the random crop; 0 for no random crop
 * @param padMode the content of the added pixels
 * @param flip the rule by which images are mirrored left to right
 * @param cutout the side of a square that is filled with the mean colour of the image, in pixels; 0
 *     for none. Its centre may be any pixel, so a part of it may lie outside the image.
 *     <i>Source:</i> DeVries & Taylor 2017 (arXiv 1708.04552, section 3.2), who fill it with the
 *     mean colour of the dataset
 */
public record Augmentation(int pad, PadMode padMode, Flip flip, int cutout) {
  /** The largest pad for which an int can count the windows and their mirror images. */
  private static final int MAX_PAD = (1 << 14) - 1;

  public Augmentation {
    Require.that(
        pad >= 0 && pad <= MAX_PAD, "augmentation pad", "in [0, " + MAX_PAD + "]", pad, pad);
    Require.atLeast("augmentation cutout", cutout, 0);
  }

  /**
   * A pad of 4 by reflection, a random crop and a random flip, as in He et al. 2016 (section 4.2),
   * who pad with zeros.
   */
  public static Augmentation standard() {
    return new Augmentation(4, PadMode.REFLECT, Flip.RANDOM, 0);
  }

  /** No change, as in validation. */
  public static Augmentation none() {
    return new Augmentation(0, PadMode.REFLECT, Flip.NONE, 0);
  }

  public Augmentation withPad(int newPad) {
    return new Augmentation(newPad, padMode, flip, cutout);
  }

  public Augmentation withPadMode(PadMode mode) {
    return new Augmentation(pad, mode, flip, cutout);
  }

  public Augmentation withFlip(Flip newFlip) {
    return new Augmentation(pad, padMode, newFlip, cutout);
  }

  public Augmentation withCutout(int side) {
    return new Augmentation(pad, padMode, flip, side);
  }

  /** The changes in a few words. Saved conditions compare this text. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (randomCrop()) {
      parts.add("pad " + pad + " (" + padMode.name().toLowerCase(Locale.ROOT) + "), random crop");
    }
    if (flips()) {
      parts.add(flip == Flip.ALTERNATE ? "alternating flip" : "flip");
    }
    if (cutout > 0) {
      parts.add("cutout " + cutout);
    }
    return parts.isEmpty() ? "none" : String.join(", ", parts);
  }

  /** Whether images are cropped at random. */
  public boolean randomCrop() {
    return pad > 0;
  }

  /** Whether images stay unchanged. */
  public boolean isNone() {
    return pad == 0 && !flips() && cutout == 0;
  }

  private boolean flips() {
    return flip != Flip.NONE;
  }

  /** The choice that leaves an image unchanged. */
  public CropChoice identity() {
    return new CropChoice(pad, pad, false);
  }

  /** All windows and mirror images, each of them equally likely over the epochs. */
  public List<CropChoice> choices() {
    List<CropChoice> all = new ArrayList<>();
    for (int window = 0; window < windows(); window++) {
      all.add(window(window, Optional.empty()));
    }
    return List.copyOf(all);
  }

  /** The choice for image {@code index} in {@code epoch}. */
  public CropChoice choose(long seed, long epoch, int index) {
    return choice(draw(seed, epoch, index));
  }

  /** The choices for images 0 to {@code size - 1} in {@code epoch}. */
  public EpochChoices chooseAll(long seed, long epoch, int size) {
    long[] codes = new long[size];
    if (!isNone()) {
      for (int i = 0; i < size; i++) {
        codes[i] = draw(seed, epoch, i);
      }
    }
    return new EpochChoices(this, codes);
  }

  private int windows() {
    return places() * (flips() ? 2 : 1);
  }

  private int places() {
    int side = 2 * pad + 1;
    return side * side;
  }

  /** The window in the lower 32 bits, the centre of the cutout in the upper ones, 16 bits each. */
  private long draw(long seed, long epoch, int index) {
    SplittableRandom random = RandomStream.of(seed, "augment", epoch, index);
    int window = random.nextInt(windows());
    if (flip == Flip.ALTERNATE) {
      boolean mirroredFirst = RandomStream.of(seed, "flip", index).nextBoolean();
      boolean mirrored = mirroredFirst ^ (epoch % 2 == 1);
      window = window % places() + (mirrored ? places() : 0);
    }
    long center = cutout > 0 ? random.nextInt() : 0;
    return center << 32 | window;
  }

  CropChoice choice(long code) {
    Optional<CutoutCenter> center =
        cutout > 0
            ? Optional.of(new CutoutCenter(share(code >>> 48), share(code >>> 32)))
            : Optional.empty();
    return window((int) code, center);
  }

  private static double share(long bits) {
    return (bits & 0xffff) / 65536.0;
  }

  private CropChoice window(int window, Optional<CutoutCenter> center) {
    int place = window % places();
    int side = 2 * pad + 1;
    return new CropChoice(place / side, place % side, window >= places(), center);
  }
}
