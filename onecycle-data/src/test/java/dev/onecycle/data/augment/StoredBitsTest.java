package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Choices and pixels of small-image augmentation, as stored: a resumed run needs the same ones. */
class StoredBitsTest {
  @Test
  void padCropFlipAndCutoutKeepTheirBits() {
    assertThat(bits(Augmentation.standard())).isEqualTo("6a0eb991");
    assertThat(bits(Augmentation.standard().withPad(2).withFlip(Flip.ALTERNATE).withCutout(8)))
        .isEqualTo("8dda01c5");
    assertThat(bits(Augmentation.none().withPad(3).withPadMode(PadMode.ZERO)))
        .isEqualTo("f0ee6d84");
    assertThat(bits(Augmentation.none().withPad(3).withPadMode(PadMode.SYMMETRIC)))
        .isEqualTo("049fd6c9");
  }

  /** CRC-32 of the pixels of one random image in 100 choices. */
  private static String bits(Augmentation augmentation) {
    byte[] image = new byte[3 * 20 * 24];
    new SplittableRandom(1).nextBytes(image);
    byte[] result = new byte[image.length];
    Augmenter augmenter = new Augmenter(augmentation, 3, 20, 24);
    CRC32 crc = new CRC32();
    for (int i = 0; i < 100; i++) {
      augmenter.apply(image, augmenter.choose(11, i % 3, i), result);
      crc.update(result);
    }
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
