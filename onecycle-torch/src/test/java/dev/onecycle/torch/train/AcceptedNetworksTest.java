package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.Property;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Trace;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The check of a network's shapes agrees with the engine: a network that is accepted trains. */
class AcceptedNetworksTest {
  private static final int CLASSES = 3;
  private static final LearnerSettings SETTINGS =
      LearnerSettings.builder().precision(Precision.FP32).weightDecay(0).threads(2).build();

  private int accepted;

  @Test
  void everyAcceptedNetworkTrainsAndEvaluates() {
    Property.holds(
        600,
        random -> {
          ImageShape shape =
              new ImageShape(
                  random.nextBoolean() ? 1 : 3, random.nextInt(1, 10), random.nextInt(1, 10));
          Network network;
          try {
            network = new Network("random", shape, CLASSES, layers(random, shape));
          } catch (InvalidValueException e) {
            assertThat(e.getMessage()).contains("layer").doesNotContain("null").hasLineCount(1);
            return;
          }
          accepted++;
          requireTrains(network);
        });
    assertThat(accepted).isBetween(200, 550);
  }

  private static void requireTrains(Network network) {
    ArrayBatch batch = ArrayBatch.coloured(1, 6, CLASSES, network.imageShape());
    try (Learner learner =
        Learner.prepare(network, ImageSets.noise(network.imageShape(), CLASSES), SETTINGS)) {
      assertThat(learner.step(batch, 1e-3, 0.9).finite()).as("%s", network).isTrue();
      assertThat(learner.probabilities(batch)).hasDimensions(6, CLASSES);
      if (network.dropout() == 0) {
        requireGradient(learner, batch);
      }
    } catch (IllegalStateException e) {
      throw new AssertionError(network + ": " + e.getMessage(), e);
    }
  }

  /** The loss falls by a small rate times the square of the gradient's norm, by Taylor. */
  private static void requireGradient(Learner learner, ArrayBatch batch) {
    StepResult before = learner.step(batch, 0, 0);
    double expected = 2e-4 * before.loss();
    learner.step(batch, expected / Math.pow(before.gradientNorm(), 2), 0);
    double fall = before.loss() - learner.step(batch, 0, 0).loss();
    assertThat(fall).isCloseTo(expected, withinPercentage(15));
  }

  /** Random layers, most of which fit, and an end that gives the scores. */
  private static Layer layers(SplittableRandom random, ImageShape shape) {
    Layer layers = Layer.identity();
    Trace at = Trace.of(shape.layout());
    for (int i = random.nextInt(6); i >= 0; i--) {
      Layer next = Layer.sequence(layers, layer(random, at, 1));
      try {
        at = next.trace(Trace.of(shape.layout()));
        layers = next;
      } catch (InvalidValueException e) {
        if (random.nextInt(8) == 0) {
          return next; // to be refused by the network too
        }
      }
    }
    Layer end = new Layer.Linear((int) (at.channels() * at.height() * at.width()), CLASSES, true);
    return at.image()
        ? Layer.sequence(layers, new Layer.Flatten(), end)
        : Layer.sequence(layers, end);
  }

  private static Layer layer(SplittableRandom random, Trace at, int depth) {
    int channels = (int) at.channels() + (random.nextInt(20) == 0 ? 1 : 0);
    int out = random.nextInt(1, 6);
    return switch (random.nextInt(depth > 3 ? 18 : 21)) {
      case 13 -> random.nextBoolean() ? new Layer.Silu() : new Layer.Hardswish();
      case 14 -> new Layer.LayerNorm(channels);
      case 15 -> new Layer.GroupNorm(1, channels);
      case 16 -> new Layer.AveragePool(random.nextInt(1, 4), random.nextInt(1, 3), 0);
      case 17 ->
          new Layer.Conv(
              channels,
              channels * random.nextInt(1, 3),
              new Layer.Window(
                  new Layer.Size(random.nextInt(1, 4), random.nextInt(1, 4)),
                  new Layer.Size(random.nextInt(1, 3)),
                  new Layer.Size(random.nextInt(3), random.nextInt(3)),
                  new Layer.Size(random.nextInt(1, 3))),
              channels,
              random.nextBoolean());
      case 0, 1 ->
          new Layer.Conv(
              channels,
              out,
              random.nextInt(1, 5),
              random.nextInt(1, 4),
              random.nextInt(3),
              random.nextBoolean());
      case 2 -> new Layer.Whitening(channels, random.nextInt(1, 4));
      case 3 -> new Layer.BatchNorm(channels);
      case 4 -> new Layer.Relu();
      case 5 -> new Layer.Gelu();
      case 6 -> new Layer.MaxPool(random.nextInt(1, 4));
      case 7 -> random.nextBoolean() ? new Layer.GlobalAveragePool() : new Layer.GlobalMaxPool();
      case 8 -> new Layer.Flatten();
      case 9 -> new Layer.Scale(random.nextDouble(-2, 2));
      case 10 -> new Layer.Dropout(random.nextDouble());
      case 11 ->
          new Layer.ReflectionPad(
              random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(3));
      case 12 -> new Layer.Linear(channels, out, random.nextBoolean());
      case 18 ->
          new Layer.ViewMean(
              layer(random, at, depth + 1),
              random.nextBoolean()
                  ? Layer.ViewMean.Views.FLIP
                  : Layer.ViewMean.Views.FLIP_AND_SHIFT);
      case 19 ->
          new Layer.Residual(
              layer(random, at, depth + 1),
              random.nextBoolean() ? Layer.identity() : layer(random, at, depth + 1));
      default -> Layer.sequence(layer(random, at, depth + 1), layer(random, at, depth + 1));
    };
  }
}
