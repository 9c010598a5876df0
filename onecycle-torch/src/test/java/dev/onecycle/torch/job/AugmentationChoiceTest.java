package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.AUGMENT;
import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.CACHE;
import static dev.onecycle.torch.job.TrainingConfig.CUTOUT;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.FLIP;
import static dev.onecycle.torch.job.TrainingConfig.IMAGE_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.MODEL;
import static dev.onecycle.torch.job.TrainingConfig.PAD;
import static dev.onecycle.torch.job.TrainingConfig.THREADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.ColorJitter;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.augment.PadMode;
import dev.onecycle.data.augment.RandomErasing;
import dev.onecycle.data.augment.ResizedCrop;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.RunFolder;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentationChoiceTest {
  @TempDir Path temp = Path.of("");

  private static TrainingConfig augmented(String text) {
    return TrainingConfig.defaults().with(Map.of(AUGMENT.name(), text), Origin.OPTION);
  }

  @Test
  void namesStandForWholeAugmentations() {
    assertThat(augmented("photo").augmentation()).isEqualTo(Augmentation.photo());
    assertThat(augmented("small").augmentation()).isEqualTo(Augmentation.standard());
    assertThat(augmented("none").augmentation()).isEqualTo(Augmentation.none());
    assertThat(augmented("small").with(MODEL, "fast").augmentation().pad()).isEqualTo(4);
    assertThat(TrainingConfig.defaults().augmentation()).isEqualTo(Augmentation.standard());
  }

  @Test
  void settingsOfAPartComeBeforeTheWhole() {
    TrainingConfig config = augmented("photo").with(PAD, 3).with(FLIP, Flip.NONE).with(CUTOUT, 9);
    assertThat(config.augmentation())
        .isEqualTo(Augmentation.photo().withPad(3).withFlip(Flip.NONE).withCutout(9));
    assertThat(augmented("none").with(FLIP, Flip.ALTERNATE).augmentation())
        .isEqualTo(Augmentation.none().withFlip(Flip.ALTERNATE));
    assertThat(augmented("photo").toMap()).containsEntry("pad", 0).containsEntry("flip", "random");
    assertThat(augmented("photo").origin(PAD)).isEqualTo("as augment");
  }

  @Test
  void aFileHoldsEverySetting() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("strong.yaml"),
            """
            crop_min_share: 0.25
            crop_max_share: 0.9
            crop_max_ratio: 1.5
            pad: 2
            pad_mode: symmetric
            flip: alternate
            cutout: 5
            rotation: 20
            zoom: 1.25
            brightness: 0.1
            contrast: 0.2
            saturation: 0.3
            trivial_augment: true
            erase_chance: 0.25
            erase_min_share: 0.05
            erase_max_share: 0.2
            erase_max_ratio: 2
            erase_fill: mean
            """);
    Augmentation all =
        Augmentation.none()
            .withCrop(new ResizedCrop(0.25, 0.9, 1.5))
            .withPad(2)
            .withPadMode(PadMode.SYMMETRIC)
            .withFlip(Flip.ALTERNATE)
            .withCutout(5)
            .withRotation(20)
            .withZoom(1.25)
            .withColor(new ColorJitter(0.1, 0.2, 0.3))
            .withTrivialAugment(true)
            .withErasing(new RandomErasing(0.25, 0.05, 0.2, 2, RandomErasing.Fill.MEAN));
    TrainingConfig config = augmented(file.toString());
    assertThat(config.augmentation()).isEqualTo(all);
    // What is stored no longer names the file.
    assertThat(config.toMap().get("augment"))
        .isEqualTo(
            "crop_min_share=0.25 crop_max_share=0.9 crop_max_ratio=1.5 pad=2 pad_mode=symmetric"
                + " flip=alternate cutout=5 rotation=20.0 zoom=1.25 brightness=0.1 contrast=0.2"
                + " saturation=0.3 trivial_augment=true erase_chance=0.25 erase_min_share=0.05"
                + " erase_max_share=0.2 erase_max_ratio=2.0 erase_fill=mean");
    Files.delete(file);
    assertThat(TrainingConfig.of(config.toMap()).augmentation()).isEqualTo(all);
    assertThat(TrainingConfig.defaults().with(AUGMENT, AugmentationChoice.of(all)).augmentation())
        .isEqualTo(all);
  }

  @Test
  void shareAndChanceAloneHaveTheirSourcesDetails() {
    assertThat(augmented("crop_min_share=0.08 erase_chance=0.5").augmentation())
        .isEqualTo(
            Augmentation.none()
                .withCrop(new ResizedCrop(0.08, 1, 4 / 3.0))
                .withErasing(RandomErasing.standard()));
    assertThat(AugmentationChoice.of(Augmentation.none()).text()).isEqualTo("none");
  }

  @ParameterizedTest
  @CsvSource({
    "rotatoin: 3, 'rotatoin; did you mean rotation?'",
    "rotation: 300, 'rotation in FILE must be in [0, 180] but was 300'",
    "rotation: x, rotation in FILE must be a number but was x",
    "zoom: 0.5, 'zoom in FILE must be in [1, 10] but was 0.5'",
    "brightness: 2, 'brightness in FILE must be in [0, 1] but was 2'",
    "pad: -1, 'pad in FILE must be in [0, 16383] but was -1'",
    "flip: maybe, 'flip in FILE must be one of none, random, alternate but was maybe'",
    "crop_min_share: 0, 'crop_min_share in FILE must be in (0, 1] but was 0'",
    "crop_max_ratio: 2, crop_max_ratio in FILE must be left out where no crop_min_share is given",
    "erase_fill: mean, erase_fill in FILE must be left out where no erase_chance is given",
    "erase_chance: 2, 'erase_chance in FILE must be in (0, 1] but was 2'",
    "trivial_augment: 3, trivial_augment in FILE must be true or false but was 3",
    "'', is not a file of settings: it is empty",
  })
  void mistakesInAFileAreNamed(String line, String message) throws IOException {
    Path file = Files.writeString(temp.resolve("mine.yaml"), line);
    assertThatThrownBy(() -> augmented(file.toString()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message.replace("FILE", file.toString()))
        .hasMessageContaining(file.toString());
  }

  @Test
  void anotherWordIsRefused() {
    assertThatThrownBy(() -> augmented("foto"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "--augment must be one of photo, small, none, or a file that exists but was foto; did"
                + " you mean photo?");
    assertThatThrownBy(() -> augmented("rotation=5 rotation=6"))
        .hasMessageContaining("--augment must be settings as name=value, each once");
    assertThatThrownBy(() -> augmented("rotation=5 and more"))
        .hasMessageContaining("--augment must be settings as name=value");
    assertThatThrownBy(() -> augmented("rotation=500"))
        .hasMessage("rotation in --augment must be in [0, 180] but was 500");
  }

  @Test
  void mixingIsAPartAndASetting() {
    Augmentation mixed = Augmentation.standard().withMixing(new Mixing(0.2, 1));
    assertThat(AugmentationChoice.read("augment", AugmentationChoice.of(mixed).text()).value())
        .isEqualTo(mixed);
    TrainingConfig config =
        TrainingConfig.of("shapes")
            .with(TrainingConfig.MIXUP, 0.2)
            .with(TrainingConfig.CUTMIX, 1.0);
    assertThat(config.augmentation()).isEqualTo(mixed);
    assertThatThrownBy(() -> config.with(TrainingConfig.MIXUP, 5.0))
        .hasMessageContaining("mixup must be in [0, 4] but was 5");
  }

  @Test
  void imagesFrom96PixelsArePhotosByDefault() throws IOException {
    TrainingConfig config =
        TrainingConfig.of(TestData.colours(temp.resolve("data"), 4, 4, 120, 96).toString())
            .with(CACHE, temp.resolve("cache").toString());
    try (Experiment photos = Experiment.open(config, new JobListener() {})) {
      assertThat(photos.setup().augmentation()).isEqualTo(Augmentation.photo());
      assertThat(photos.config().plan(1).augmentation()).isEqualTo(Augmentation.photo());
      assertThat(photos.config().toMap()).containsEntry("augment", "photo");
      assertThat(photos.augmentationText().orElseThrow())
          .startsWith("Augmentation: random resized crop 0.35–1")
          .endsWith("(chosen for photos)");
    }
    TrainingConfig own = config.with(Map.of(AUGMENT.name(), "small"), Origin.OPTION);
    try (Experiment asked = Experiment.open(own, new JobListener() {})) {
      assertThat(asked.setup().augmentation()).isEqualTo(Augmentation.standard());
      assertThat(asked.augmentationText())
          .contains("Augmentation: pad 4 (reflect), random crop, flip (option --augment)");
    }
    TrainingConfig small = config.with(IMAGE_SIZE, new ImageSize(95, 120));
    try (Experiment images = Experiment.open(small, new JobListener() {})) {
      assertThat(images.setup().augmentation()).isEqualTo(Augmentation.standard());
      assertThat(images.augmentationText()).isEmpty();
    }
  }

  @Test
  void aRunResumesToTheSameBitsWithoutItsFile() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("own.yaml"),
            "crop_min_share: 0.5\nrotation: 15\nbrightness: 0.3\ntrivial_augment: true\n"
                + "erase_chance: 0.5\n");
    TrainingConfig config =
        TrainingConfig.of(TestData.colours(temp.resolve("data"), 8, 4, 16, 16).toString())
            .with(CACHE, temp.resolve("cache").toString())
            .with(Map.of(AUGMENT.name(), file.toString()), Origin.PROGRAM)
            .with(THREADS, 1)
            .with(BATCH_SIZE, 8)
            .with(EPOCHS, 4)
            .with(MAX_LR, 0.1);
    Path whole = temp.resolve("whole");
    Path parts = temp.resolve("parts");
    TrainingJob.start(config, whole);
    TrainingJob.start(config, parts, stoppedAfterAWhile());
    assertThat(RunFolder.read(parts).status()).isNotEqualTo(RunFolder.read(whole).status());
    Files.delete(file);
    TrainingJob.resume(parts);
    assertThat(parts.resolve(ModelFile.NAME)).hasSameBinaryContentAs(whole.resolve(ModelFile.NAME));
    assertThat(RunFolder.read(parts).conditions().get("augmentation"))
        .startsWith("random resized crop 0.5–1")
        .contains("TrivialAugment");
  }

  private static RunControl stoppedAfterAWhile() {
    AtomicInteger asked = new AtomicInteger();
    return new RunControl() {
      @Override
      public boolean stopRequested() {
        return asked.incrementAndGet() > 8;
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return work.get();
      }
    };
  }
}
