package dev.onecycle.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizesTest {
  private static final long MIB = 1 << 20;
  private final List<BatchTrial> watched = new ArrayList<>();

  /** A machine on which an image takes so much, on top of 500 MiB, and speed levels off. */
  private static IntFunction<BatchTrial> machine(long mibAnImage, int fastFrom) {
    return size ->
        BatchTrial.completed(
            size,
            OptionalLong.of((500 + mibAnImage * size) * MIB),
            1000.0 * Math.min(1, (double) size / fastFrom));
  }

  private BatchSizeResult search(BatchSizes sizes, IntFunction<BatchTrial> trial) {
    return sizes.search(trial, watched::add);
  }

  @ParameterizedTest(name = "{0} images, {1} epochs: at most {2}")
  @CsvSource({
    "50000, 10, 2048", // 250 updates; 4096 would leave 130
    "50000, 1, 128", // the first of 391 updates; 256 would leave 196
    "45000, 4, 512", // 352 updates; 1024 would leave 176
    "1000, 1, 16", // 63 updates, but smaller batches make poor statistics
    "10, 1000, 8", // no more than there are images
    "25600, 2, 256" // exactly 200 updates
  })
  void theCapKeepsTwoHundredUpdates(int images, int epochs, int cap) {
    assertThat(new BatchSizes(images, epochs, OptionalLong.empty()).cap()).isEqualTo(cap);
  }

  @Test
  void memoryBoundsTheSizeAndTheNextIsNotEvenTriedWhereItsNeedIsForetold() {
    BatchSizes sizes = new BatchSizes(50_000, 100, OptionalLong.of(1000 * MIB));
    BatchSizeResult result = search(sizes, machine(1, 64));
    assertThat(result.largest()).isEqualTo(256);
    assertThat(result.knee()).isEqualTo(64);
    assertThat(result.trials()).extracting(BatchTrial::size).containsExactly(32, 64, 128, 256, 512);
    assertThat(result.trials().get(4).remark()).contains("not tried: would hold about 1012 MiB");
    assertThat(result.explanation()).startsWith("256 is the largest that fits: 512 not tried");
    assertThat(watched).isEqualTo(result.trials());
  }

  @Test
  void aTrialOverTheBudgetDoesNotFitAlthoughItCameThrough() {
    BatchSizes sizes = new BatchSizes(50_000, 100, OptionalLong.of(1000 * MIB));
    IntFunction<BatchTrial> sudden =
        size -> BatchTrial.completed(size, OptionalLong.of(size < 256 ? 1 : 2000 * MIB), size);
    BatchSizeResult result = search(sizes, sudden);
    assertThat(result.largest()).isEqualTo(128);
    assertThat(result.explanation()).contains("256 holds more than the budget of 1000 MiB");
  }

  @Test
  void aTrialThatFailsEndsInALineOfTheTable() {
    BatchSizes sizes = new BatchSizes(50_000, 100, OptionalLong.empty());
    BatchSizeResult result =
        search(
            sizes,
            size ->
                size > 64
                    ? BatchTrial.failed(size, "was killed")
                    : BatchTrial.completed(size, OptionalLong.empty(), size));
    assertThat(result.largest()).isEqualTo(64);
    assertThat(result.trials().get(2)).isEqualTo(BatchTrial.failed(128, "was killed"));
  }

  @Test
  void whereTheFirstDoesNotFitSmallerOnesAreTried() {
    BatchSizes sizes = new BatchSizes(50_000, 100, OptionalLong.empty());
    IntFunction<BatchTrial> small =
        size ->
            size > 4
                ? BatchTrial.failed(size, "too much")
                : BatchTrial.completed(size, OptionalLong.empty(), size);
    BatchSizeResult result = search(sizes, small);
    assertThat(result.largest()).isEqualTo(4);
    assertThat(result.trials()).extracting(BatchTrial::size).containsExactly(32, 16, 8, 4);
    assertThatThrownBy(() -> search(sizes, size -> BatchTrial.failed(size, "too much")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("not even a batch of 2 images can be trained with: too much");
  }

  @Test
  void theCapIsExplainedWhereItBinds() {
    BatchSizeResult result =
        search(new BatchSizes(50_000, 10, OptionalLong.of(1L << 40)), machine(1, 64));
    assertThat(result.largest()).isEqualTo(2048);
    assertThat(result.explanation())
        .contains("capped by the number of updates, not by memory")
        .contains("leaves 250 updates and 4096 would leave 130, fewer than the 200");
    assertThat(search(new BatchSizes(100, 2, OptionalLong.empty()), machine(1, 1)).explanation())
        .contains("leaves only 14 updates over 2 epochs of 100 images", "more epochs");
    assertThat(search(new BatchSizes(40, 900, OptionalLong.empty()), machine(1, 1)).explanation())
        .contains("more than the 40 images there are");
  }

  @Test
  void sizesThatComputeAtLeastHalfAsFastAreWorthTrying() {
    BatchSizeResult result =
        search(new BatchSizes(50_000, 10, OptionalLong.empty()), machine(1, 100));
    assertThat(result.worthTrying()).containsExactly(64, 128, 256, 512);
    assertThat(result.speedOf(64)).isEqualTo("640 of 1000 images/s");
  }

  @Test
  void theReasonIsThatOfTheSizeThatIsUsed() {
    BatchSizeResult result =
        search(new BatchSizes(50_000, 10, OptionalLong.empty()), machine(1, 100));
    assertThat(result.knee()).isEqualTo(128);
    assertThat(result.reason(128)).startsWith("128: the smallest").contains("1000 of 1000");
    assertThat(result.reason(2048)).isEqualTo(result.explanation());
  }
}
