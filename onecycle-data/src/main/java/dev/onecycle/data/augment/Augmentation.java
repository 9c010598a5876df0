package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Random changes to training images: pad, crop back to size at a random place, flip left to right,
 * cut a square out.
 *
 * <p>Which change an image gets is a {@link CropChoice}, drawn from (seed, epoch, image) and
 * nothing else, so that it does not depend on the order of images, on threads, ranks or on a
 * resume.
 *
 * @param pad pixels added on each side before the random crop; 0 for no random crop
 * @param padMode what the added pixels show
 * @param flip when an image is mirrored left to right
 * @param cutout side in pixels of a square that shows the image's mean colour instead; its centre
 *     may be any pixel, so that a part of it may lie outside; 0 for none. <i>Source:</i> DeVries &
 *     Taylor 2017 (arXiv 1708.04552, section 3.2), who show the mean colour of the dataset
 */
public record Augmentation(int pad, PadMode padMode, Flip flip, int cutout) {
  /** So that windows and mirror images can be counted by an int. */
  private static final int MOST_PAD = (1 << 14) - 1;

  public Augmentation {
    Require.that(
        pad >= 0 && pad <= MOST_PAD, "augmentation pad", "in [0, " + MOST_PAD + "]", pad, pad);
    Require.atLeast("augmentation cutout", cutout, 0);
  }

  /**
   * Pad 4 by reflection, random crop, random flip: the augmentation of He et al. 2016 (section 4.2)
   * with the border of the 1cycle notebooks.
   */
  public static Augmentation standard() {
    return new Augmentation(4, PadMode.REFLECT, Flip.RANDOM, 0);
  }

  /** Images as they are: what validation sees. */
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

  /** What it does, in a few words for people. */
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

  /** Whether images stay as they are. */
  public boolean isNone() {
    return pad == 0 && !flips() && cutout == 0;
  }

  private boolean flips() {
    return flip != Flip.NONE;
  }

  /** The choice that leaves an image as it is. */
  public CropChoice identity() {
    return new CropChoice(pad, pad, false);
  }

  /** Every window and mirror image that can be drawn; over the epochs all are equally likely. */
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

  /** The choices for images 0 to {@code size - 1} in {@code epoch}, drawn up front. */
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

  /** The window in the lower half; where the hole is in the upper one, 16 bits a direction. */
  private long draw(long seed, long epoch, int index) {
    SplittableRandom random = RandomStream.of(seed, "augment", epoch, index);
    int window = random.nextInt(windows());
    if (flip == Flip.ALTERNATE) {
      boolean mirroredFirst = RandomStream.of(seed, "flip", index).nextBoolean();
      boolean mirrored = mirroredFirst ^ (epoch % 2 == 1);
      window = window % places() + (mirrored ? places() : 0);
    }
    long hole = cutout > 0 ? random.nextInt() : 0;
    return hole << 32 | window;
  }

  CropChoice choice(long code) {
    Optional<CropChoice.Hole> hole =
        cutout > 0
            ? Optional.of(new CropChoice.Hole(share(code >>> 48), share(code >>> 32)))
            : Optional.empty();
    return window((int) code, hole);
  }

  private static double share(long bits) {
    return (bits & 0xffff) / 65536.0;
  }

  private CropChoice window(int window, Optional<CropChoice.Hole> hole) {
    int place = window % places();
    int side = 2 * pad + 1;
    return new CropChoice(place / side, place % side, window >= places(), hole);
  }
}
