package dev.onecycle.torch.example;

// example: text
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.job.TrainingTask;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Classifies sentences of tokens: "not good" is bad, and "not bad" is good. */
public final class Text {
  private static final int LENGTH = 12;
  private static final int WORDS = 50;
  private static final int NOT = 1;
  private static final int GOOD = 2;
  private static final int BAD = 3;

  private Text() {}

  /** Sentences of other words, with "good" or "bad", half of them after a "not". */
  static Dataset sentences(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] tokens = new long[count * LENGTH]; // 0 fills up short sentences
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(6, LENGTH + 1);
      for (int k = 0; k < length; k++) {
        tokens[i * LENGTH + k] = random.nextInt(4, WORDS);
      }
      int at = i * LENGTH + random.nextInt(1, length);
      boolean good = random.nextBoolean();
      boolean not = random.nextBoolean();
      tokens[at] = good ? GOOD : BAD;
      tokens[at - 1] = not ? NOT : tokens[at - 1];
      labels[i] = good == not ? 0 : 1;
    }
    return Samples.ofTokens(tokens, LENGTH).withClasses(List.of("negative", "positive"), labels);
  }

  /** A vector for each word, a convolution over pairs of neighbours, and the strongest of each. */
  static RunSummary train(Path run) {
    Layer.Window pairs =
        new Layer.Window(new Layer.Size(1, 2), new Layer.Size(1), new Layer.Size(0));
    Layer layers =
        Layer.sequence(
            new Layer.Embedding(WORDS, 16),
            new Layer.Conv(16, 32, pairs, 1, true, Layer.Conv.Init.HE),
            new Layer.Relu(),
            new Layer.GlobalMaxPool(),
            new Layer.Linear(32, 2, true));
    TrainingTask task =
        TrainingTask.of(
            "sentences",
            sentences(1, 2000),
            sentences(2, 500),
            new Network("pairs of words", SampleLayout.tokens(LENGTH), 2, layers));
    TrainingConfig config =
        TrainingConfig.defaults()
            .with(TrainingConfig.EPOCHS, 10)
            .with(TrainingConfig.BATCH_SIZE, 50);
    return TrainingJob.start(config, run, task);
  }

  public static void main(String[] args) {
    System.out.println(train(Path.of("runs/text")).describe());
  }
}
// end of example
