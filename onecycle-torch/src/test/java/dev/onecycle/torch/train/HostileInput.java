package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A program that gives a learner what it must refuse, which would end the process in the engine.
 * Prints a line for each: the error.
 */
final class HostileInput {
  static final ImageShape SHAPE = new ImageShape(3, 256, 256);
  private static final int CLASSES = 4;

  private HostileInput() {}

  /** A batch that says whatever it is told to. */
  private record Claimed(int size, ImageShape shape, ByteBuffer values, int wrong)
      implements Batch {
    @Override
    public SampleLayout layout() {
      return shape.layout();
    }

    @Override
    public int label(int i) {
      return i == size - 1 ? wrong : 0;
    }

    @Override
    public int index(int i) {
      return 700 + i;
    }

    @Override
    public void close() {}
  }

  private static ByteBuffer images(int count) {
    return ByteBuffer.allocateDirect(count * SHAPE.bytes());
  }

  static final Map<String, Claimed> BATCHES =
      new TreeMap<>(
          Map.of(
              "more-rows", new Claimed(600, SHAPE, images(2), 0),
              "not-flipped", new Claimed(64, SHAPE, images(64).position(64 * SHAPE.bytes()), 0),
              "read-only-heap",
                  new Claimed(
                      2, SHAPE, ByteBuffer.allocate(2 * SHAPE.bytes()).asReadOnlyBuffer(), 0),
              "no-image", new Claimed(0, SHAPE, images(1), 0),
              "negative", new Claimed(-5, SHAPE, images(1), 0),
              "label", new Claimed(40, SHAPE, images(40), CLASSES),
              "label-negative", new Claimed(40, SHAPE, images(40), -100),
              "shape", new Claimed(2, new ImageShape(3, 8, 8), images(2), 0)));

  static Network network() {
    return new Network(
        "small",
        SHAPE,
        CLASSES,
        Layer.sequence(
            new Layer.Conv(3, 4, 3, 4, 1, true),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(4, CLASSES, true)));
  }

  static Learner learner() {
    return Learner.withoutImages(
        network(),
        new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2)),
        LearnerSettings.builder().precision(Precision.FP32).threads(2).build());
  }

  /** Images of which one has a label that is no class. */
  static ImageDataset mislabelled() {
    return new ImageDataset() {
      @Override
      public int size() {
        return 3;
      }

      @Override
      public ImageShape shape() {
        return SHAPE;
      }

      @Override
      public List<String> classes() {
        return IntStream.range(0, CLASSES).mapToObj(i -> "class" + i).toList();
      }

      @Override
      public int label(int index) {
        return index == 1 ? 9 : 0;
      }

      @Override
      public String origin(int index) {
        return "photos/" + index + ".png";
      }

      @Override
      public ByteBuffer pixels(int index) {
        return images(1).asReadOnlyBuffer();
      }
    };
  }

  /**
   * @param args a kind of {@link #BATCHES} and a call, by turns
   */
  public static void main(String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      System.out.println(args[i] + " " + args[i + 1] + ": " + answer(args[i], args[i + 1]));
      System.out.flush();
    }
  }

  private static String answer(String kind, String call) {
    try (Learner learner = learner()) {
      Claimed batch = Objects.requireNonNull(BATCHES.get(kind), kind);
      switch (call) {
        case "step" -> learner.step(batch, 0.1, 0.9);
        case "evaluate" -> learner.evaluate(List.of(batch), done -> {});
        case "probabilities" -> learner.probabilities(batch);
        case "reestimate" -> learner.reestimateBatchNorms(List.of(batch));
        case "closed" -> {
          learner.close();
          learner.step(new Claimed(40, SHAPE, images(40), 0), 0.1, 0.9);
        }
        default -> throw new IllegalArgumentException(call);
      }
      return "accepted";
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }
}
