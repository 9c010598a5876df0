package dev.onecycle.torch.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearnerState;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A network of Python learns here as it would there, and repeats itself to the bit. */
class ScriptTrainingTest {
  private static final List<String> CLASSES = List.of("red", "green", "blue");
  private static final ImageDataset TRAIN = ImageSets.coloured(1, 64, CLASSES, ScriptFiles.SHAPE);

  private static Network network(String name) {
    return ScriptNetwork.open(ScriptFiles.of(name), ScriptFiles.SHAPE, 3);
  }

  private static LearnerSettings.Builder settings(int threads) {
    return LearnerSettings.builder().precision(Precision.FP32).threads(threads).seed(3);
  }

  /** The batch of {@code networks.py}; images lie there channel by channel. */
  private static ArrayBatch pythons() {
    int pixels = 64;
    ByteBuffer bytes = ByteBuffer.allocateDirect(4 * 3 * pixels);
    for (int i = 0; i < 4; i++) {
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < 3; c++) {
          int n = (i * 3 + c) * pixels + p;
          bytes.put((byte) ((n * 37 + n / 64 * 11) % 256));
        }
      }
    }
    return new ArrayBatch(ScriptFiles.SHAPE, bytes.flip(), new int[] {0, 1, 2, 0});
  }

  @ParameterizedTest
  @CsvSource({"tiny.pt", "viewed.pt"})
  void aStepHasPythonsNumbers(String name) throws IOException {
    JsonNode python = new ObjectMapper().readTree(ScriptFiles.of("computed.json").toFile());
    Network network = network(name);
    Normalization none = new Normalization(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    LearnerSettings plain = settings(1).weightDecay(0).build();
    try (Learner learner = Learner.prepare(network, TRAIN, none, plain)) {
      if (!name.equals("tiny.pt")) {
        learner.setWeights(weightsOfTiny(none, plain));
      }
      double[][] found = learner.probabilities(pythons());
      for (int i = 0; i < 4; i++) {
        double[] scores = new double[3];
        for (int c = 0; c < 3; c++) {
          scores[c] = python.get("scores").get(3 * i + c).asDouble();
        }
        double sum = Arrays.stream(scores).map(Math::exp).sum();
        for (int c = 0; c < 3; c++) {
          assertThat(found[i][c]).isCloseTo(Math.exp(scores[c]) / sum, within(1e-6));
        }
      }
      learner.step(pythons(), 0.5, 0);
      assertThat(learner.weights()).hasSize(python.get("after").size());
      for (NamedTensor tensor : learner.weights()) {
        JsonNode expected = python.get("after").get(tensor.name());
        for (int i = 0; i < tensor.values().length; i++) {
          assertThat((double) tensor.values()[i])
              .as("%s[%d]", tensor.name(), i)
              .isCloseTo(expected.get(i).asDouble(), within(2e-5));
        }
      }
    }
  }

  /** Its batch norms average as they were written, and are not estimated for the held-out loss. */
  @Test
  void itsRangeTestMayBeByHeldOutImages() {
    LearnerSettings settings = settings(1).build();
    Setup setup = new Setup(network("tiny.pt"), 16, 0.85, Augmentation.none(), settings);
    try (Learner learner = Learner.prepare(setup.network(), TRAIN, settings)) {
      RangeResult result =
          LearningRateFinder.of(setup, TRAIN)
              .withValidation(TRAIN)
              .run(learner, RangeTest.atMomentum(0.85).withSteps(25), 1, point -> {});
      assertThat(result.points()).hasSizeGreaterThan(10);
    }
  }

  private static List<NamedTensor> weightsOfTiny(Normalization none, LearnerSettings plain) {
    try (Learner tiny = Learner.prepare(network("tiny.pt"), TRAIN, none, plain)) {
      return tiny.weights();
    }
  }

  private static List<Integer> bits(Learner learner) {
    List<Integer> bits = new ArrayList<>();
    LearnerState state = learner.state();
    for (List<NamedTensor> tensors : List.of(state.weights(), state.optimizer())) {
      tensors.forEach(tensor -> bits.add(Arrays.hashCode(tensor.values())));
    }
    return bits;
  }

  private static List<Integer> trained(
      Network network, LearnerSettings settings, int steps, Optional<LearnerState> from) {
    try (Learner learner = Learner.prepare(network, TRAIN, settings)) {
      from.ifPresent(learner::restore);
      for (int i = from.map(LearnerState::updates).orElse(0L).intValue(); i < steps; i++) {
        assertThat(
                learner.step(ArrayBatch.coloured(i, 32, 3, ScriptFiles.SHAPE), 0.1, 0.9).finite())
            .isTrue();
      }
      return bits(learner);
    }
  }

  @ParameterizedTest
  @CsvSource({"tiny.pt,FP32,2", "dropout.pt,FP32,2", "dropout.pt,BF16,3", "viewed.pt,BF16,2"})
  void equalSeedsGiveEqualBitsAlsoAfterAnInterruption(
      String name, Precision precision, int threads) {
    Network network = network(name);
    LearnerSettings settings = settings(threads).precision(precision).build();
    List<Integer> whole = trained(network, settings, 6, Optional.empty());
    assertThat(trained(network, settings, 6, Optional.empty())).isEqualTo(whole);
    LearnerState half;
    try (Learner learner = Learner.prepare(network, TRAIN, settings)) {
      for (int i = 0; i < 3; i++) {
        learner.step(ArrayBatch.coloured(i, 32, 3, ScriptFiles.SHAPE), 0.1, 0.9);
      }
      half = learner.state();
    }
    assertThat(trained(network, settings, 6, Optional.of(half))).isEqualTo(whole);
  }

  @Test
  void dropoutDrawsOtherNumbersOfAnotherSeed() {
    Network network = network("dropout.pt");
    List<Integer> three = trained(network, settings(2).build(), 2, Optional.empty());
    assertThat(trained(network, settings(2).seed(4).build(), 2, Optional.empty()))
        .isNotEqualTo(three);
  }

  @Test
  void replicasComputeWithOneSetOfWeights() {
    Network network = network("tiny.pt");
    // No batch statistics in evaluation: two replicas and one give the same scores after a step.
    try (Learner two = Learner.prepare(network, TRAIN, settings(2).build());
        Learner one = Learner.prepare(network, TRAIN, settings(1).build())) {
      two.step(ArrayBatch.coloured(1, 32, 3, ScriptFiles.SHAPE), 0.1, 0.9);
      one.setWeights(two.weights());
      ArrayBatch batch = ArrayBatch.coloured(2, 16, 3, ScriptFiles.SHAPE);
      double[][] expected = one.probabilities(batch);
      double[][] found = two.probabilities(batch);
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).containsExactly(expected[i], within(1e-6));
      }
    }
  }

  @Test
  void aConstantStaysItsValueOverManyStepsOfThreeReplicas() {
    Network network = network("tiny.pt");
    try (Learner learner = Learner.prepare(network, TRAIN, settings(3).build())) {
      for (int i = 0; i < 20; i++) {
        learner.step(ArrayBatch.coloured(i, 33, 3, ScriptFiles.SHAPE), 0.01, 0.9);
      }
      assertThat(learner.weights())
          .filteredOn(tensor -> tensor.name().equals("scale"))
          .singleElement()
          .satisfies(tensor -> assertThat(tensor.values()).containsExactly(1.5f));
    }
  }
}
