package dev.onecycle.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelsTest {
  private static final ImageShape CIFAR = new ImageShape(3, 32, 32);
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

  /**
   * Counted by hand from the architecture; 272,474 and 855,770 are the literature's 0.27 and 0.85
   * M.
   */
  @Test
  void haveTheParametersOfTheirSources() {
    Map<String, Long> expected =
        Map.of("resnet20", 272_474L, "resnet56", 855_770L, "resnet110", 1_730_714L);
    expected.forEach(
        (name, count) -> {
          try (Learner learner = learner(Models.byName(name).network(CIFAR, 10, 0))) {
            assertThat(learner.parameterCount()).as(name).isEqualTo(count);
          }
        });
    // 4 convolutions with norm, two residual pairs, one linear layer without bias
    long resnet9 =
        conv(3, 64)
            + conv(64, 128)
            + 2 * conv(128, 128)
            + conv(128, 256)
            + conv(256, 512)
            + 2 * conv(512, 512)
            + 512 * 10;
    try (Learner learner = learner(Models.byName("resnet9").network(CIFAR, 10, 0))) {
      assertThat(learner.parameterCount()).isEqualTo(resnet9);
    }
  }

  /** torchvision's numbers of parameters, and a stem without shrinking for small images. */
  @Test
  void photoResnetsHaveTorchvisionsParameters() {
    ImageShape photo = new ImageShape(3, 224, 224);
    Map<String, Long> expected =
        Map.of("resnet18", 11_689_512L, "resnet34", 21_797_672L, "resnet50", 25_557_032L);
    expected.forEach(
        (name, count) -> {
          try (Learner learner = learner(Models.byName(name).network(photo, 1000, 0))) {
            assertThat(learner.parameterCount()).as(name).isEqualTo(count);
            assertThat(learner.weights().stream().map(NamedTensor::name))
                .contains(
                    "conv1.weight",
                    "bn1.running_var",
                    "layer1.1.conv2.weight",
                    "layer4.0.downsample.0.weight",
                    "layer4.0.downsample.1.running_mean",
                    "fc.bias");
          }
        });
    try (Learner learner = learner(Models.byName("resnet18").network(CIFAR, 10, 0))) {
      assertThat(learner.parameterCount()).isEqualTo(11_689_512L - 990 * 513 - 64 * 3 * (49 - 9));
    }
    // 1.81 and 4.09 GFLOP in torchvision's documentation, which counts multiplications
    assertThat(Models.photoResnet(18, photo, 1000, 0).multiplications() / 1e9)
        .isCloseTo(1.814, within(0.001));
    assertThat(Models.photoResnet(50, photo, 1000, 0).multiplications() / 1e9)
        .isCloseTo(4.089, within(0.001));
  }

  /** By hand: the whitening has 24 biases and no weight that is trained. */
  @Test
  void fastHasTheParametersOfItsLayers() {
    long expected =
        24
            + conv(24, 64)
            + 2 * conv(64, 64)
            + conv(64, 256)
            + 2 * conv(256, 256)
            + conv(256, 512)
            + 2 * conv(512, 512)
            + 512 * 10;
    try (Learner learner = learner(Models.byName("fast").network(CIFAR, 10, 0))) {
      assertThat(learner.parameterCount()).isEqualTo(expected);
      assertThat(learner.weights().stream().map(NamedTensor::name))
          .contains("whiten.weight", "whiten.bias", "block2.residual.conv3.weight", "fc.weight");
    }
  }

  /** 40.55 M for ResNet-20 in the literature, of the convolutions without shortcuts 40.5. */
  @Test
  void knowTheirMultiplications() {
    long stage1 = 7L * 32 * 32 * 16 * 16 * 9 - 32L * 32 * 13 * 16 * 9; // the first has 3 inputs
    long stage2 = 16L * 16 * (16 * 32 * 9 + 5 * 32 * 32 * 9 + 16 * 32);
    long stage3 = 8L * 8 * (32 * 64 * 9 + 5 * 64 * 64 * 9 + 32 * 64);
    assertThat(Models.resnet(20, CIFAR, 10, 0).multiplications())
        .isEqualTo(stage1 + stage2 + stage3 + 640);
    long fast =
        31L * 31 * (12 * 24 + 24 * 64 * 9)
            + 15L * 15 * 9 * (2 * 64 * 64 + 64 * 256)
            + 7L * 7 * 9 * (2 * 256 * 256 + 256 * 512)
            + 2L * 3 * 3 * 9 * 512 * 512
            + 5120;
    assertThat(Models.fast(CIFAR, 10, 0).multiplications()).isEqualTo(fast);
  }

  @Test
  void fastNeedsImagesOfSixteenPixels() {
    assertThatThrownBy(() -> Models.byName("fast").network(new ImageShape(3, 15, 32), 10, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("at least 16×16 for fast");
    try (Learner learner =
        learner(Models.byName("fast").network(new ImageShape(3, 16, 16), 10, 0))) {
      assertThat(learner.parameterCount()).isPositive();
    }
  }

  private static long conv(long in, long out) {
    return in * out * 9 + 2 * out;
  }

  @Test
  void bearTheNamesThatPythonKnows() {
    try (Learner learner = learner(Models.resnet(20, CIFAR, 10, 0))) {
      List<String> names = learner.weights().stream().map(NamedTensor::name).toList();
      assertThat(names)
          .contains(
              "conv1.weight",
              "bn1.running_var",
              "layer1.0.conv1.weight",
              "layer2.0.downsample.0.weight",
              "layer2.0.downsample.1.running_mean",
              "layer3.2.bn2.bias",
              "fc.weight",
              "fc.bias")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void refuseWhatTheyCannotBe() {
    assertThatThrownBy(() -> Models.byName("resnet21").network(CIFAR, 10, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("model must be one of resnet20")
        .hasMessageContaining("but was resnet21");
    assertThatThrownBy(() -> Models.resnet(21, CIFAR, 10, 0))
        .hasMessageContaining("depth must be 6n + 2");
    assertThatThrownBy(() -> Models.byName("resnet20").network(new ImageShape(3, 4, 4), 10, 0))
        .hasMessageContaining("image size must be at least 8×8");
    assertThatThrownBy(() -> Models.byName("resnet20").network(CIFAR, 10, 1))
        .hasMessage("dropout must be in [0, 1) but was 1");
    assertThatThrownBy(() -> Models.byName("resnet20").network(CIFAR, 1, 0))
        .hasMessage("classes must be at least 2 but was 1");
  }

  private static Learner learner(Network network) {
    return Learner.prepare(
        network,
        ImageSets.noise(network.imageShape(), network.outputs()),
        NORMALIZATION,
        LearnerSettings.builder().threads(1).build());
  }
}
