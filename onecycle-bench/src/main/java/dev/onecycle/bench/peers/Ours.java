package dev.onecycle.bench.peers;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.Subset;
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

/** Onecycle as a contestant: the loop that users get, or the step alone on one fixed batch. */
public final class Ours {
  /** The second argument for the step alone. */
  static final String STEP = "step";

  /** So long an epoch that no contest reaches its end, as no other contestant evaluates either. */
  private static final int MOST_IMAGES = 2_000_000;

  private static final double RATE = 0.05;
  private static final double MOMENTUM = 0.9;

  private Ours() {}

  /** Trains until the process is ended; the arguments are a contest's file and a mode. */
  public static void main(String[] args) {
    Workload contest = Workload.read(Path.of(args[0]));
    ImageDataset images = contest.images();
    boolean stepAlone = args.length > 1 && args[1].equals(STEP);
    try (Learner learner =
        Learner.prepare(
            Models.resnet(contest.depth(), images.shape(), images.classes().size(), 0),
            images,
            LearnerSettings.defaults())) {
      String setup =
          Numbers.format(
              "%s, %s, %d threads",
              stepAlone ? "the step on one fixed batch" : "training with data, pad-crop-flip",
              learner.precision().toString().toLowerCase(Locale.ROOT),
              learner.threads());
      say(new PeerMessage.Hello(setup, learner.parameterCount(), Map.of("libtorch", engine())));
      if (stepAlone) {
        step(learner, images, contest.batchSize());
      } else {
        train(learner, images, contest.batchSize());
      }
    }
  }

  private static void train(Learner learner, ImageDataset images, int batchSize) {
    ImageDataset endless =
        new Subset(images, IntStream.range(0, MOST_IMAGES).map(i -> i % images.size()).toArray());
    TrainingPlan plan = TrainingPlan.of(1, batchSize);
    Training.run(
        learner,
        OneCycle.of(plan.steps(endless.size()), RATE),
        plan,
        endless,
        images,
        new Watcher(),
        // Nobody listens any more: the contest was ended.
        System.out::checkError);
  }

  private static void step(Learner learner, ImageDataset images, int batchSize) {
    Sampler sampler = Sampler.shuffled(images.size(), batchSize, 0);
    try (BatchLoader batches = BatchLoader.endless(images, Augmentation.standard(), sampler);
        Batch batch = batches.next()) {
      while (!System.out.checkError()) {
        say(new PeerMessage.Step(batch.size(), learner.step(batch, RATE, MOMENTUM).loss()));
      }
    }
  }

  private static String engine() {
    String version = Engine.environment().getOrDefault("engine", "unknown");
    return version.replaceFirst("^libtorch ", "").replaceFirst(" .*", "");
  }

  private static void say(PeerMessage line) {
    System.out.println(line.text());
    System.out.flush();
  }

  /** Says every step of a run of one epoch. */
  private static final class Watcher implements TrainingListener {
    private double loss;
    private long images;

    @Override
    public void step(StepRecord step) {
      loss = step.loss();
    }

    @Override
    public void reached(TrainingPosition position) {
      say(new PeerMessage.Step((int) (position.images() - images), loss));
      images = position.images();
    }
  }
}
