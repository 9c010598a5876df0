package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.train.Setup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeImagesTest {
  private static Setup setup(int height, int width) {
    return TrainingConfig.of("photos").setup(new ImageShape(3, height, width), 2);
  }

  private static String remark(int height, int width, OptionalLong available) {
    return LargeImages.remark(setup(height, width), HeldBatch.WHOLE, Device.CPU, available);
  }

  @Test
  void smallImagesNeedNoWord() {
    assertThat(remark(32, 32, OptionalLong.of(1))).isEmpty();
    assertThat(remark(96, 96, OptionalLong.empty())).isEmpty();
    assertThat(remark(128, 128, OptionalLong.empty()))
        .isEqualTo(
            "resnet20 is made for images of up to 96 pixels a side; model resnet18 suits these"
                + " better");
  }

  @Test
  void largeImagesAreTrainedWithAWord() {
    assertThat(remark(320, 480, OptionalLong.empty()))
        .startsWith("Images of 320×480 pixels (height × width) in batches of 128 take about ")
        .contains(" GB and ")
        .contains(" s a step; image_size 64 takes a small part of that. resnet20 is made for");
  }

  @Test
  void imagesThatMemoryCannotHoldAreRefusedBeforeAnythingIsBuilt() {
    assertThatThrownBy(() -> remark(3000, 4000, OptionalLong.of(16L << 30)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("Images of 3000×4000 pixels (height × width) in batches of 128 take")
        .hasMessageContaining("and 17.2 GB are available; set image_size 64, or a smaller");
  }

  /** A part of a batch is held at a time: of an accumulated one, and of a batch on ranks. */
  @Test
  void imagesAreRefusedByThePartOfABatchThatIsHeldAtOnce() {
    OptionalLong some = OptionalLong.of(16L << 30);
    Setup whole = setup(600, 800);
    assertThatThrownBy(() -> LargeImages.remark(whole, HeldBatch.WHOLE, Device.CPU, some))
        .hasMessageContaining("in batches of 128 take about ");
    Setup slices =
        TrainingConfig.of("photos")
            .with(TrainingConfig.ACCUMULATE, 16)
            .setup(new ImageShape(3, 600, 800), 2);
    assertThat(LargeImages.remark(slices, HeldBatch.WHOLE, Device.CPU, some))
        .contains("in batches of 128, 8 at a time, take about ");
    assertThat(
            LargeImages.remark(whole, new HeldBatch(16, 1, OptionalInt.empty()), Device.CPU, some))
        .contains("in batches of 128, 8 at a time, take about ");
    assertThat(LargeImages.remark(whole, HeldBatch.WHOLE.searched(), Device.CPU, some))
        .contains("in batches of 8 take about ");
    // Ranks of one machine share its memory.
    HeldBatch together = new HeldBatch(16, 16, OptionalInt.empty());
    assertThatThrownBy(() -> LargeImages.remark(whole, together, Device.CPU, some))
        .hasMessageContaining("in batches of 128 take about ");
    assertThatThrownBy(
            () -> LargeImages.remark(setup(200, 200), HeldBatch.WHOLE.upTo(4096), Device.CPU, some))
        .hasMessageContaining("in batches of 4,096 take about ")
        .hasMessageEndingWith("or a smaller batch_size");
    assertThatThrownBy(
            () ->
                LargeImages.remark(setup(6000, 8000), HeldBatch.WHOLE.searched(), Device.CPU, some))
        .hasMessageContaining("in batches of 8 take about ")
        .hasMessageEndingWith("GB are available; set image_size 64");
  }

  /** Their headers are sound and nothing follows: to decode one is to fail otherwise. */
  @Test
  void theyAreRefusedBeforeAnyIsDecoded(@TempDir Path temp) throws IOException {
    for (String name : List.of("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")) {
      TestData.write(temp.resolve("data").resolve(name), TestImages.pngWithoutPixels(7000, 9000));
    }
    TrainingConfig config =
        TrainingConfig.of(temp.resolve("data").toString())
            .with(TrainingConfig.CACHE, temp.resolve("c").toString());
    assertThatThrownBy(() -> Experiment.open(config, JobListener.NONE))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("Images of 9000×7000 pixels (height × width) in batches of 8 take")
        .hasMessageEndingWith("GB are available; set image_size 64");
    assertThatThrownBy(() -> Experiment.openForTuning(config, JobListener.NONE))
        .hasMessageContaining("Images of 9000×7000 pixels");
  }

  @Test
  void theirCostIsSaidOnceDecodedOrCached(@TempDir Path temp) throws IOException {
    TestData.coloursSplit(temp.resolve("data"), 2, 200, 170);
    TrainingConfig config =
        TrainingConfig.of(temp.resolve("data").toString())
            .with(TrainingConfig.CACHE, temp.resolve("c").toString());
    for (int i = 0; i < 2; i++) {
      List<String> heard = new ArrayList<>();
      JobListener listener =
          new JobListener() {
            @Override
            public void reading(String task, long done, long total) {
              if (done == total) {
                heard.add(task.replaceAll(" .*", ""));
              }
            }

            @Override
            public void opened(Experiment experiment) {
              heard.add("opened");
            }

            @Override
            public void note(String note) {
              heard.add(note.replaceAll(" pixels.*", ""));
            }
          };
      Experiment.open(config, listener).close();
      String cost = "Images of 170×200";
      assertThat(heard)
          .filteredOn(word -> !word.startsWith("Batches"))
          .containsExactlyElementsOf(
              i == 0 ? List.of(cost, "Decoding", "opened") : List.of("opened", cost));
    }
  }

  @Test
  void valuesAreCountedLayerByLayer() {
    // ResNet-20 at 32×32: 19 convolutions at 16×32×32, 32×16×16, 64×8×8, their norms and ReLUs.
    long values = setup(32, 32).network().values();
    assertThat(values).isBetween(400_000L, 900_000L);
    assertThat(setup(64, 32).network().values()).isBetween(2 * values - 3000, 2 * values);
  }
}
