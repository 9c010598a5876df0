package dev.onecycle.augment;

import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Random changes to training images: pad, crop back to size at a random place, flip left to right.
 *
 * <p>Which change an image gets is a {@link Choice}, drawn from (seed, epoch, image) and nothing
 * else, so that it does not depend on the order of images, on threads, ranks or on a resume.
 *
 * @param pad pixels added on each side before the random crop; 0 for no random crop
 * @param padMode what the added pixels show
 * @param flip when an image is mirrored left to right
 */
public record Augmentation(int pad, PadMode padMode, Flip flip) {
  private static final int MOST_PAD = 1 << 14;

  public Augmentation {
    Require.that(
        pad >= 0 && pad <= MOST_PAD, "augmentation pad", "in [0, " + MOST_PAD + "]", pad, pad);
  }

  /**
   * Pad 4 by reflection, random crop, random flip: the augmentation of He et al. 2016 (section 4.2)
   * with the border of the 1cycle notebooks.
   */
  public static Augmentation standard() {
    return new Augmentation(4, PadMode.REFLECT, Flip.RANDOM);
  }

  /** Images as they are: what validation sees. */
  public static Augmentation none() {
    return new Augmentation(0, PadMode.REFLECT, Flip.NONE);
  }

  public Augmentation withPad(int newPad) {
    return new Augmentation(newPad, padMode, flip);
  }

  public Augmentation withPadMode(PadMode mode) {
    return new Augmentation(pad, mode, flip);
  }

  public Augmentation withFlip(Flip newFlip) {
    return new Augmentation(pad, padMode, newFlip);
  }

  /** What it does, in a few words for people. */
  public String describe() {
    if (isNone()) {
      return "none";
    }
    String crop = "pad " + pad + " (" + padMode.name().toLowerCase(Locale.ROOT) + "), random crop";
    String mirror =
        switch (flip) {
          case NONE -> "";
          case RANDOM -> "flip";
          case ALTERNATE -> "alternating flip";
        };
    return (randomCrop() ? crop : "") + (randomCrop() && flips() ? ", " : "") + mirror;
  }

  /** Whether images are cropped at random. */
  public boolean randomCrop() {
    return pad > 0;
  }

  /** Whether images stay as they are. */
  public boolean isNone() {
    return pad == 0 && !flips();
  }

  private boolean flips() {
    return flip != Flip.NONE;
  }

  /** The choice that leaves an image as it is. */
  public Choice identity() {
    return new Choice(pad, pad, false);
  }

  /** Every choice that can be drawn; over the epochs all are equally likely. */
  public List<Choice> choices() {
    List<Choice> all = new ArrayList<>();
    for (int code = 0; code < count(); code++) {
      all.add(choice(code));
    }
    return List.copyOf(all);
  }

  /** The choice for image {@code index} in {@code epoch}. */
  public Choice choose(long seed, long epoch, int index) {
    return choice(draw(seed, epoch, index));
  }

  /** The choices for images 0 to {@code size - 1} in {@code epoch}, drawn up front. */
  public EpochChoices chooseAll(long seed, long epoch, int size) {
    int[] codes = new int[size];
    if (!isNone()) {
      for (int i = 0; i < size; i++) {
        codes[i] = draw(seed, epoch, i);
      }
    }
    return new EpochChoices(this, codes);
  }

  private int count() {
    int places = 2 * pad + 1;
    return places * places * (flips() ? 2 : 1);
  }

  private int draw(long seed, long epoch, int index) {
    SplittableRandom random = RandomStream.of(seed, "augment", epoch, index);
    int code = random.nextInt(count());
    if (flip != Flip.ALTERNATE) {
      return code;
    }
    int places = 2 * pad + 1;
    boolean mirroredFirst = RandomStream.of(seed, "flip", index).nextBoolean();
    boolean mirrored = mirroredFirst ^ (epoch % 2 == 1);
    return code % (places * places) + (mirrored ? places * places : 0);
  }

  Choice choice(int code) {
    int places = 2 * pad + 1;
    int mirrored = code / (places * places);
    int place = code % (places * places);
    return new Choice(place / places, place % places, mirrored == 1);
  }
}
