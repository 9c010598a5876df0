package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhotoChangesTest {
  private static final int DRAWS = 16_000;
  private static final Augmentation ALL =
      Augmentation.photo()
          .withPad(2)
          .withCutout(3)
          .withErasing(RandomErasing.standard())
          .withTrivialAugment(true);

  @Test
  void theShareOfAResizedCropIsUniformAndItsRatioLogUniform() {
    // No part of at most half the area in ratios up to 4/3 is drawn anew.
    ResizedCrop crop = new ResizedCrop(0.1, 0.5, 4 / 3.0);
    SplittableRandom random = new SplittableRandom(3);
    int[] shares = new int[4];
    int[] ratios = new int[4];
    for (int i = 0; i < DRAWS; i++) {
      Rectangle part = crop.draw(random, 4000, 4000);
      double share = (double) part.height() * part.width() / (4000.0 * 4000);
      double ratio = Math.log((double) part.width() / part.height()) / Math.log(4 / 3.0);
      shares[quarter((share - 0.1) / 0.4)]++;
      ratios[quarter((ratio + 1) / 2)]++;
      assertThat(part.top()).isBetween(0, 4000 - part.height());
      assertThat(part.left()).isBetween(0, 4000 - part.width());
    }
    // 4,000 of each are expected with a deviation of 55; parts are rounded to whole pixels.
    for (int i = 0; i < 4; i++) {
      assertThat(shares[i]).isBetween(3700, 4300);
      assertThat(ratios[i]).isBetween(3700, 4300);
    }
  }

  private static int quarter(double share) {
    return (int) Math.max(0, Math.min(3, share * 4));
  }

  @Test
  void aResizedCropThatNeverFitsIsTheLargestAroundTheCentre() {
    ResizedCrop square = new ResizedCrop(1, 1, 1);
    assertThat(square.draw(new SplittableRandom(1), 100, 300))
        .isEqualTo(new Rectangle(0, 100, 100, 100));
    assertThat(square.draw(new SplittableRandom(1), 300, 100))
        .isEqualTo(new Rectangle(100, 0, 100, 100));
    assertThat(square.draw(new SplittableRandom(1), 7, 7)).isEqualTo(Rectangle.whole(7, 7));
  }

  @Test
  void anglesZoomsAndColorsAreUniformUpToTheirStrength() {
    Augmentation augmentation = Augmentation.photo();
    double angles = 0;
    double zooms = 0;
    double brightness = 0;
    for (int i = 0; i < DRAWS; i++) {
      Change change = augmentation.choose(5, 1, i, 64, 64);
      angles += Math.abs(change.view().angle());
      zooms += change.view().zoom().factor();
      brightness += change.color().brightness();
      assertThat(Math.abs(change.view().angle())).isLessThanOrEqualTo(10);
      assertThat(change.view().zoom().factor()).isBetween(1.0, 1.1);
      assertThat(change.color().saturation()).isBetween(0.8, 1.2);
      assertThat(change.color().contrast()).isBetween(0.8, 1.2);
    }
    // Means over 16,000 draws; five deviations each.
    assertThat(angles / DRAWS).isBetween(4.88, 5.12);
    assertThat(zooms / DRAWS).isBetween(1.0488, 1.0512);
    assertThat(brightness / DRAWS).isBetween(0.995, 1.005);
  }

  @Test
  void aChangeDependsOnSeedEpochAndImageAlone() {
    List<Integer> order = new ArrayList<>(IntStream.range(0, 200).boxed().toList());
    List<Change> forwards = order.stream().map(i -> ALL.choose(8, 2, i, 20, 30)).toList();
    Collections.reverse(order);
    List<Change> backwards =
        new ArrayList<>(order.parallelStream().map(i -> ALL.choose(8, 2, i, 20, 30)).toList());
    Collections.reverse(backwards);
    assertThat(backwards).isEqualTo(forwards).doesNotHaveDuplicates();
    assertThat(ALL.choose(8, 3, 0, 20, 30)).isNotEqualTo(forwards.get(0));
    assertThat(ALL.choose(9, 2, 0, 20, 30)).isNotEqualTo(forwards.get(0));
  }

  @Test
  void windowsStayAsTheyWereWhenOtherChangesAreAdded() {
    Augmentation plain = Augmentation.standard().withCutout(3);
    Augmentation more =
        plain.withRotation(5).withCrop(new ResizedCrop(0.3, 1, 2)).withTrivialAugment(true);
    for (int i = 0; i < 100; i++) {
      assertThat(more.choose(1, 2, i, 32, 32).window())
          .isEqualTo(plain.choose(1, 2, i, 32, 32).window());
    }
  }

  /** An image of one colour stays that colour wherever its pixels move. */
  @Test
  void movesKeepTheColorOfAPlainImage() {
    Property.holds(
        100,
        random -> {
          int height = random.nextInt(4, 30);
          int width = random.nextInt(4, 30);
          byte[] image = new byte[height * width * 3];
          Arrays.fill(image, (byte) random.nextInt(256));
          byte[] result = new byte[image.length];
          Augmentation moves =
              Augmentation.photo().withColor(ColorJitter.NONE).withPad(3).withRotation(180);
          Augmenter augmenter = new Augmenter(moves, 3, height, width);
          augmenter.apply(image, augmenter.choose(random.nextLong(), 0, 0), result);
          assertThat(result).isEqualTo(image);
        });
  }

  /** Every change of every image gives pixels between the extremes that it can reach. */
  @Test
  void allChangesTogetherWorkForImagesOfAllShapes() {
    Property.holds(
        300,
        random -> {
          int channels = random.nextBoolean() ? 1 : 3;
          int height = random.nextInt(3, 25);
          int width = random.nextInt(3, 25);
          byte[] image = new byte[channels * height * width];
          random.nextBytes(image);
          byte[] before = image.clone();
          byte[] result = new byte[image.length];
          byte[] again = new byte[image.length];
          Augmenter augmenter = new Augmenter(ALL, channels, height, width);
          Change change = augmenter.choose(random.nextLong(), 0, 1);
          augmenter.apply(image, change, result);
          augmenter.apply(image, change, again);
          assertThat(again).isEqualTo(result);
          assertThat(image).isEqualTo(before);
        });
  }

  /** Grey is defined for one and three channels. */
  @Test
  void coloursOfOtherNumbersOfChannelsAreRefused() {
    for (Augmentation colours :
        List.of(Augmentation.photo(), Augmentation.none().withTrivialAugment(true))) {
      assertThatThrownBy(() -> new Augmenter(colours, 4, 8, 8))
          .hasMessageStartingWith(
              "channels of images whose colours are changed must be 1 or 3 but was 4");
    }
    assertThat(new Augmenter(Augmentation.standard(), 4, 8, 8)).isNotNull();
  }

  @Test
  void aCropIsTheEnlargedPart() {
    // The right half of 2×4 pixels, enlarged to 2×4: places 2.25, 2.75, 3.25 and 3.75.
    byte[] image = {0, 0, 100, (byte) 200, 0, 0, 100, (byte) 200};
    byte[] result = new byte[8];
    Augmenter augmenter = new Augmenter(Augmentation.photo(), 1, 2, 4);
    Change.View right = new Change.View(new Rectangle(0, 2, 2, 2), 0, new Change.Zoom(1, 0, 0));
    augmenter.apply(image, changeTo(right), result);
    // 0.25·0 + 0.75·100, 0.75·100 + 0.25·200, 0.25·100 + 0.75·200, 0.75·200 + 0.25·100.
    assertThat(unsigned(result)).containsExactly(75, 125, 175, 175, 75, 125, 175, 175);
  }

  @Test
  void aZoomShowsThePartThatWasDrawn() {
    byte[] image = {0, 0, 100, (byte) 200, 0, 0, 100, (byte) 200};
    byte[] result = new byte[8];
    Augmenter augmenter = new Augmenter(Augmentation.photo(), 1, 2, 4);
    Change.View view = new Change.View(Rectangle.whole(2, 4), 0, new Change.Zoom(2, 0, 1));
    augmenter.apply(image, changeTo(view), result);
    assertThat(unsigned(result)).containsExactly(75, 125, 175, 175, 75, 125, 175, 175);
  }

  private static Change changeTo(Change.View view) {
    Change none = new Change(new CropChoice(0, 0, false), 2, 4);
    return new Change(none.window(), view, none.color(), none.trivial(), none.erased());
  }

  @Test
  void erasingHidesARectangleOfTheDrawnShare() {
    RandomErasing half = new RandomErasing(0.5, 0.1, 0.3, 2, RandomErasing.Fill.MEAN);
    SplittableRandom random = new SplittableRandom(4);
    int erased = 0;
    double shares = 0;
    for (int i = 0; i < DRAWS; i++) {
      Rectangle place = half.draw(random, 200, 200).map(RandomErasing.Choice::place).orElse(null);
      if (place != null) {
        erased++;
        shares += place.height() * place.width() / 40_000.0;
      }
    }
    assertThat(erased).isBetween(7_680, 8_320); // five deviations of 63
    assertThat(shares / erased).isBetween(0.196, 0.204);
    byte[] image = new byte[100];
    for (int i = 0; i < 100; i++) {
      image[i] = (byte) (100 + i);
    }
    // The mean is 149.5; one pixel beside the 12 has its rounded value of itself.
    assertThat(countOf(erasedWith(RandomErasing.Fill.MEAN, image), (byte) 150)).isEqualTo(13);
    byte[] noise = erasedWith(RandomErasing.Fill.NOISE, image);
    long changed = IntStream.range(0, 100).filter(i -> noise[i] != image[i]).count();
    assertThat(changed).isBetween(9L, 12L);
    assertThat(countOf(noise, (byte) 150)).isLessThan(4);
  }

  private static byte[] erasedWith(RandomErasing.Fill fill, byte[] image) {
    RandomErasing erasing = new RandomErasing(1, 0.1, 0.2, 2, fill);
    Augmenter augmenter = new Augmenter(Augmentation.none().withErasing(erasing), 1, 10, 10);
    byte[] result = new byte[100];
    Change none = new Change(new CropChoice(0, 0, false), 10, 10);
    augmenter.apply(
        image,
        new Change(
            none.window(),
            none.view(),
            none.color(),
            none.trivial(),
            Optional.of(new RandomErasing.Choice(new Rectangle(2, 3, 3, 4), 77))),
        result);
    return result;
  }

  private static long countOf(byte[] image, byte value) {
    return IntStream.range(0, image.length).filter(i -> image[i] == value).count();
  }

  @Test
  void brightnessContrastAndSaturationFollowTheirFormulas() {
    byte[] image = {100, 50, (byte) 200, 0, 0, 0};
    assertThat(changed(image, new ColorJitter.Factors(1.5, 1, 1)))
        .containsExactly(150, 75, 255, 0, 0, 0);
    // The grey of the first pixel is 29.9 + 29.35 + 22.8 = 82.05, the mean 41.025; with a factor
    // of 0.5 half of that, 20.5125, is added to half of the value.
    assertThat(changed(image, new ColorJitter.Factors(1, 0.5, 1)))
        .containsExactly(71, 46, 121, 21, 21, 21);
    assertThat(changed(image, new ColorJitter.Factors(1, 1, 0)))
        .containsExactly(82, 82, 82, 0, 0, 0);
    // 2·100 − 82.05, 2·50 − 82.05, 2·200 − 82.05 = 317.95.
    assertThat(changed(image, new ColorJitter.Factors(1, 1, 2)))
        .containsExactly(118, 18, 255, 0, 0, 0);
    byte[] grey = {10, 30};
    new ColorJitter.Factors(1, 0, 0).apply(grey, 1);
    assertThat(unsigned(grey)).containsExactly(20, 20);
  }

  private static int[] changed(byte[] image, ColorJitter.Factors factors) {
    byte[] copy = image.clone();
    factors.apply(copy, 3);
    return unsigned(copy);
  }

  private static int[] unsigned(byte[] image) {
    return IntStream.range(0, image.length).map(i -> image[i] & 0xff).toArray();
  }

  @Test
  void trivialAugmentDrawsItsOperationsEquallyOften() {
    Map<TrivialAugment.Operation, Integer> counts = new EnumMap<>(TrivialAugment.Operation.class);
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 14_000; i++) {
      TrivialAugment drawn = TrivialAugment.draw(random);
      counts.merge(drawn.operation(), 1, Integer::sum);
      assertThat(drawn.level()).isBetween(0, 30);
    }
    assertThat(counts).hasSize(14);
    assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 155);
  }

  @Test
  void theOperationsOfTrivialAugmentOnAHandfulOfPixels() {
    byte[] image = {10, 20, (byte) 140, (byte) 210};
    assertThat(trivial(image, TrivialAugment.Operation.POSTERIZE, 30))
        .containsExactly(0, 0, 128, 192);
    assertThat(trivial(image, TrivialAugment.Operation.SOLARIZE, 15))
        .containsExactly(10, 20, 115, 45);
    assertThat(trivial(image, TrivialAugment.Operation.SOLARIZE, 30))
        .containsExactly(245, 235, 115, 45);
    assertThat(trivial(image, TrivialAugment.Operation.AUTO_CONTRAST, 3))
        .containsExactly(0, 13, 166, 255);
    assertThat(trivial(image, TrivialAugment.Operation.BRIGHTNESS, 30))
        .containsExactly(20, 40, 255, 255);
    assertThat(trivial(image, TrivialAugment.Operation.IDENTITY, 30))
        .containsExactly(10, 20, 140, 210);
    byte[] spot = {0, 0, 0, 0, (byte) 130, 0, 0, 0, 0};
    // Blurred, the middle is 5·130/13 = 50; 1.99·130 − 0.99·50 = 209.2.
    new TrivialAugment(TrivialAugment.Operation.SHARPNESS, 30, false).apply(spot, 1, 3, 3);
    assertThat(unsigned(spot)).containsExactly(0, 0, 0, 0, 209, 0, 0, 0, 0);
  }

  private static int[] trivial(byte[] image, TrivialAugment.Operation operation, int level) {
    byte[] copy = image.clone();
    new TrivialAugment(operation, level, false).apply(copy, 1, 1, 4);
    return unsigned(copy);
  }

  @Test
  void equalizingSpreadsFrequentValues() {
    byte[] image = new byte[1024];
    for (int i = 0; i < 1024; i++) {
      image[i] = (byte) (100 + i / 256);
    }
    Tones.equalize(image, 1);
    // (1024 − 256) / 255 = 3 a step: values 0, 256/3, 512/3 and 768/3, less a half step.
    assertThat(IntStream.of(0, 256, 512, 768).map(i -> image[i] & 0xff).toArray())
        .containsExactly(0, 85, 171, 255);
  }

  @Test
  void theDescriptionNamesEveryChange() {
    assertThat(Augmentation.photo().describe())
        .isEqualTo(
            "random resized crop 0.35–1 (ratio at most 1.33333), flip, rotation 10°, zoom 1.1,"
                + " brightness ±0.2, contrast ±0.2, saturation ±0.2");
    assertThat(Augmentation.none().withErasing(RandomErasing.standard()).describe())
        .isEqualTo("random erasing 0.02–0.4 of 0.5 of the images (ratio at most 3.33333, noise)");
    assertThat(Augmentation.none().withTrivialAugment(true).withPadMode(PadMode.ZERO).describe())
        .isEqualTo("TrivialAugment, zero borders");
    assertThat(Augmentation.none().withRotation(5)).isNotEqualTo(Augmentation.none());
    assertThat(Augmentation.none().withRotation(5).isNone()).isFalse();
    assertThat(Augmentation.photo()).isEqualTo(Augmentation.photo());
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ResizedCrop(0.5, 0.4, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("crop min share must be in (0, 0.4] but was 0.5");
    assertThatThrownBy(() -> Augmentation.none().withZoom(0.9))
        .hasMessage("augmentation zoom must be in [1, 10] but was 0.9");
    assertThatThrownBy(() -> Augmentation.none().withRotation(Double.NaN))
        .hasMessageContaining("augmentation rotation must be in [0, 180]");
    assertThatThrownBy(() -> new ColorJitter(0, 1.5, 0))
        .hasMessageContaining("contrast must be in [0, 1]");
    assertThatThrownBy(() -> new RandomErasing(0, 0.1, 0.2, 2, RandomErasing.Fill.MEAN))
        .hasMessageContaining("erase chance must be in (0, 1]");
  }
}
