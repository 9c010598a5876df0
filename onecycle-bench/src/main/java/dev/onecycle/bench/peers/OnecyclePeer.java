package dev.onecycle.bench.peers;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Onecycle as a peer: its training loop, or its step alone on one fixed batch. */
public final class OnecyclePeer {
  /** The second argument for the step alone. */
  static final String STEP = "step";

  /** Images of an epoch that no turn ends: other peers do not evaluate either. */
  private static final int MAX_IMAGES = 2_000_000;

  private static final double RATE = 0.05;
  private static final double MOMENTUM = 0.9;

  private OnecyclePeer() {}

  /** Trains until the process is ended; the arguments are the file of the workload and a mode. */
  public static void main(String[] args) {
    Workload workload = Workload.read(Path.of(args[0]));
    ImageDataset images = workload.images();
    boolean stepAlone = args.length > 1 && args[1].equals(STEP);
    try (Learner learner =
        Learner.prepare(
            Models.resnet(workload.depth(), images.shape(), images.classes().size(), 0),
            images,
            LearnerSettings.defaults())) {
      String setup =
          Numbers.format(
              "%s, %s, %d threads",
              stepAlone ? "the step on one fixed batch" : "training with data, pad-crop-flip",
              learner.precision().toString().toLowerCase(Locale.ROOT),
              learner.threads());
      print(new PeerMessage.Hello(setup, learner.parameterCount(), Map.of("libtorch", engine())));
      if (stepAlone) {
        step(learner, images, workload.batchSize());
      } else {
        train(learner, images, Augmentation.standard(), workload.batchSize());
      }
    }
  }

  /** Trains by the training loop, and prints a message after each step. */
  static void train(
      Learner learner, ImageDataset images, Augmentation augmentation, int batchSize) {
    ImageDataset endless =
        images.select(IntStream.range(0, MAX_IMAGES).map(i -> i % images.size()).toArray());
    TrainingPlan plan = TrainingPlan.of(1, batchSize).withAugmentation(augmentation);
    Training.run(
        learner,
        OneCycle.of(plan.steps(endless.size()), RATE),
        plan,
        endless,
        images,
        new StepPrinter(),
        // The reader of the messages has ended.
        System.out::checkError);
  }

  private static void step(Learner learner, ImageDataset images, int batchSize) {
    Sampler sampler = Sampler.shuffled(images.size(), batchSize, 0);
    try (BatchLoader batches = BatchLoader.endless(images, Augmentation.standard(), sampler);
        Batch batch = batches.next()) {
      while (!System.out.checkError()) {
        print(new PeerMessage.Step(batch.size(), learner.step(batch, RATE, MOMENTUM).loss()));
      }
    }
  }

  static String engine() {
    String version = Engine.environment().getOrDefault("engine", "unknown");
    return version.replaceFirst("^libtorch ", "").replaceFirst(" .*", "");
  }

  static void print(PeerMessage message) {
    System.out.println(message.text());
    System.out.flush();
  }

  /** Prints a message after every step. */
  private static final class StepPrinter implements TrainingListener {
    private double loss;
    private long images;

    @Override
    public void step(StepRecord step) {
      loss = step.loss();
    }

    @Override
    public void reached(TrainingPosition position) {
      print(new PeerMessage.Step((int) (position.images() - images), loss));
      images = position.images();
    }
  }
}
