package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The counts of the progress of an epoch: never more images than there are. */
class EpochImagesTest {
  /** 2,000 images in batches of 128: 15 whole ones and one of 80. */
  @Test
  void theLastBatchMayBeSmaller() {
    EpochImages progress = new EpochImages(2000, 128, 32);
    assertThat(progress.total(0)).isEqualTo(2000);
    assertThat(progress.done(0, 0)).isEqualTo(128);
    assertThat(progress.done(0, 15)).isEqualTo(2000);
    assertThat(progress.done(1, 16)).isEqualTo(128);
    assertThat(progress.done(1, 31)).isEqualTo(2000);
  }

  /** 129 images in batches of 32: the last image alone makes no batch. */
  @Test
  void aLastBatchOfOneIsLeftOut() {
    EpochImages progress = new EpochImages(129, 32, 8);
    assertThat(progress.total(0)).isEqualTo(128);
    assertThat(progress.done(0, 3)).isEqualTo(128);
    assertThat(progress.done(1, 4)).isEqualTo(32);
  }

  @Test
  void aCycleMayEndWithinAnEpoch() {
    EpochImages progress = new EpochImages(2000, 128, 20);
    assertThat(progress.total(1)).isEqualTo(4 * 128);
    assertThat(progress.done(1, 19)).isEqualTo(4 * 128);
  }

  @Test
  void aBatchMayBeLargerThanTheSet() {
    EpochImages progress = new EpochImages(30, 128, 3);
    assertThat(progress.total(2)).isEqualTo(30);
    assertThat(progress.done(2, 2)).isEqualTo(30);
  }
}
