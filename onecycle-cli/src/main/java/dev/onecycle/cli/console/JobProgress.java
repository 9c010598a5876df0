package dev.onecycle.cli.console;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.PeakRate;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Shows a job: a bar for each of its phases, and a line for each that is done. */
public final class JobProgress implements JobListener, AutoCloseable {
  private static final int MAX_SKIPPED = 10;
  private static final int MAX_CLASSES = 10;

  private final Console console;
  private final boolean tuning;
  private @Nullable Bar bar;
  private String phase = "";
  private int epochs;
  private EpochImages images = new EpochImages(1, 1, 1);
  private String evaluationName = "";
  private double smoothedLoss = Double.NaN;
  private final long begin = System.nanoTime();
  private RunEstimate estimate = new RunEstimate(1);
  private Plan plan = new Plan(0, 0, 0, 1, 0, Double.NaN);
  private int testImages;
  private int evaluatedImages;
  private int batchSize = 1;
  private double stepsOfARate = 1;
  private long stepsLeft;

  /**
   * The work of a training.
   *
   * @param evaluationImages of each evaluation
   * @param evaluateEvery epochs
   * @param testImages that are evaluated once, at the end
   * @param minutes of the whole; NaN where they are not given
   */
  private record Plan(
      long steps,
      int epochs,
      int evaluationImages,
      int evaluateEvery,
      int testImages,
      double minutes) {
    /** The images of the evaluations after an epoch, zero-based, and of all later ones. */
    long imagesFrom(int epoch) {
      int evaluations = (epochs + evaluateEvery - 1) / evaluateEvery - epoch / evaluateEvery;
      return (long) evaluations * evaluationImages + testImages;
    }
  }

  private JobProgress(Console console, boolean tuning) {
    this.console = console;
    this.tuning = tuning;
  }

  /** The progress of a training. */
  public static JobProgress ofTraining(Console console) {
    return new JobProgress(console, false);
  }

  /** The progress of a choice of hyper-parameters, which reads no test images. */
  public static JobProgress ofTuning(Console console) {
    return new JobProgress(console, true);
  }

  private Bar bar(String task, long total, String unit) {
    if (bar == null || !phase.equals(task)) {
      close();
      phase = task;
      bar = new Bar(console, task, total, unit);
    }
    return bar;
  }

  @Override
  public synchronized void reading(String task, long done, long total) {
    bar(task, total, "").at(done, "");
  }

  @Override
  public synchronized void opened(Experiment experiment) {
    close();
    console.say(
        Numbers.format(
            "%s: %,d training and %s of %s in %d classes%s",
            experiment.config().get(TrainingConfig.DATA),
            experiment.train().size(),
            Counts.images(experiment.evaluation().size(), experiment.evaluationName()),
            experiment.trainImages().shape(),
            experiment.trainImages().classes().size(),
            tuning ? "; test images are not read" : ""));
    console.say(classes(experiment.trainImages()));
    show(console, experiment.report());
    experiment.augmentationText().ifPresent(console::say);
    foresee(experiment);
  }

  /** Takes the length of the training from the configuration, before its plan is made. */
  private void foresee(Experiment experiment) {
    TrainingConfig config = experiment.config();
    batchSize = experiment.setup().batchSize();
    int evaluated = experiment.evaluation().size();
    estimate = new RunEstimate(batchSize);
    testImages = experiment.test().map(ImageDataset::size).orElse(0);
    evaluatedImages = evaluated;
    int ahead = config.get(TrainingConfig.EPOCHS);
    double minutes = config.find(TrainingConfig.MINUTES).orElse(Double.NaN);
    long steps = TrainingPlan.of(ahead, batchSize).steps(experiment.train().size());
    int every = config.get(TrainingConfig.EVALUATE_EVERY);
    plan =
        tuning
            ? new Plan(0, 0, 0, 1, 0, Double.NaN)
            : new Plan(steps, ahead, evaluated, every, testImages, minutes);
    stepsLeft = plan.steps();
  }

  private double now() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private double left(long rates, long images, int epochsLeft) {
    return Double.isNaN(plan.minutes())
        ? estimate.left(new RunEstimate.Work(rates, stepsOfARate, stepsLeft, images, epochsLeft))
        : Math.max(0, 60 * plan.minutes() - now());
  }

  /** The classes with the number of training images of each: "Classes: cat 40, dog 38". */
  static String classes(ImageDataset images) {
    long[] counts = images.classCounts();
    String named =
        IntStream.range(0, Math.min(counts.length, MAX_CLASSES))
            .mapToObj(
                i ->
                    Texts.clean(images.classes().get(i))
                        + (images.knowsClassCounts() ? Numbers.format(" %,d", counts[i]) : ""))
            .collect(Collectors.joining(", ", "Classes: ", ""));
    int others = counts.length - MAX_CLASSES;
    return others > 0 ? Numbers.format("%s and %,d more", named, others) : named;
  }

  /** Says what was found out about the images, and which cannot be used. */
  public static void show(Console console, ReadingReport report) {
    report.notes().forEach(console::say);
    report.warnings().forEach(warning -> console.say("Warning: " + warning));
    List<SkippedImage> skipped = report.skipped();
    if (!skipped.isEmpty()) {
      console.say(
          "Skipped " + Counts.of(skipped.size(), "image", "images") + " that cannot be used:");
      skipped.stream()
          .limit(MAX_SKIPPED)
          .forEach(image -> console.say("  " + image.origin() + " " + image.reason()));
      if (skipped.size() > MAX_SKIPPED) {
        console.say("  and " + (skipped.size() - MAX_SKIPPED) + " more");
      }
    }
  }

  @Override
  public void prepared(Experiment experiment) {
    Learner learner = experiment.learner();
    console.say(
        Numbers.format(
            "%s: %,d parameters, %s on %s",
            learner.network().name(),
            learner.parameterCount(),
            learner.precision().name().toLowerCase(Locale.ROOT),
            learner.device() == Device.CUDA ? "CUDA" : learner.threads() + " threads"));
  }

  @Override
  public void rangeTests(RangeTests tests) {
    stepsOfARate = tests.loss().seconds(StepCost.inSteps(batchSize), evaluatedImages);
    estimate.rangeTests();
  }

  @Override
  public void rangeTest(int test, int tests, RangeTest range, RangePoint point) {
    String task = tests == 1 ? "range test" : Numbers.format("range test %d/%d", test + 1, tests);
    boolean extended = point.step() >= range.steps();
    int total = extended ? range.maxSteps() : range.steps();
    estimate.rate(now());
    bar(task, range.steps(), " steps")
        .at(
            point.step() + 1L,
            total,
            "rate " + Numbers.brief(point.learningRate()) + "  loss " + Numbers.brief(point.loss()),
            left(ratesLeft(test, tests, range, point.step()), plan.imagesFrom(0), plan.epochs()));
  }

  /**
   * The rates that are left at most: a test goes beyond the end of its range where its loss has not
   * diverged there.
   */
  static long ratesLeft(int test, int tests, RangeTest range, int step) {
    return (long) (tests - test) * range.maxSteps() - step - 1;
  }

  @Override
  public void peakRate(PeakRate peak) {
    close();
    if (peak.measuredNow()) {
      peak.evidence()
          .range()
          .ifPresent(
              summary -> RangeView.show(console, summary, OptionalLong.of(peak.steps()), true));
    }
    console.say("Peak learning rate " + Numbers.brief(peak.rate()) + ": " + peak.reason());
    for (Difference d : peak.acceptedDifferences()) {
      console.say(
          "Stale: "
              + d.title()
              + " was "
              + d.found()
              + " when the rate was found and is "
              + d.now());
    }
  }

  @Override
  public void begun(Path folder, RunRecord record, Policy policy) {
    expect(record, policy);
    console.say(policy.describe());
  }

  @Override
  public void resumed(Path folder, RunRecord record, Policy policy, TrainingPosition from) {
    expect(record, policy);
    console.say(Numbers.format("Resuming from step %,d of %,d", from.step(), policy.steps()));
    console.say(policy.describe());
  }

  private void expect(RunRecord record, Policy policy) {
    epochs = number(record, RunRecord.EPOCHS);
    images =
        new EpochImages(record.data().trainImages(), number(record, "batch_size"), policy.steps());
    evaluationName = record.data().evaluationName();
    plan =
        new Plan(
            policy.steps(),
            epochs,
            record.data().evaluationImages(),
            number(record, TrainingConfig.EVALUATE_EVERY.name()),
            testImages,
            plan.minutes());
    stepsLeft = plan.steps();
  }

  private static int number(RunRecord record, String setting) {
    return Integer.parseInt(String.valueOf(record.settings().get(setting)));
  }

  @Override
  public void note(String sentence) {
    close();
    console.say(OptionWording.of(sentence));
  }

  @Override
  public void warning(String sentence) {
    close();
    console.answer(OptionWording.of(sentence));
  }

  @Override
  public void step(StepRecord step) {
    smoothedLoss =
        Double.isNaN(smoothedLoss) ? step.loss() : 0.95 * smoothedLoss + 0.05 * step.loss();
    stepsLeft = Math.max(0, plan.steps() - step.step() - 1);
    estimate.step(now());
    long total = images.total(step.epoch());
    bar(Numbers.format("epoch %d/%d", step.epoch() + 1, epochs), total, " images")
        .at(
            images.done(step.epoch(), step.step()),
            total,
            String.format(
                Locale.ROOT,
                "loss %.3f  rate %s  momentum %.3f",
                smoothedLoss,
                Numbers.brief(step.learningRate()),
                step.momentum()),
            left(0, plan.imagesFrom(step.epoch()), epochs - step.epoch() - 1));
  }

  @Override
  public void evaluating(int epoch, int done, int total) {
    estimate.evaluated(now(), done);
    long ahead = plan.imagesFrom(epoch) - done;
    bar("evaluating", total, " images")
        .at(done, total, Counts.adjective(evaluationName), left(0, ahead, epochs - epoch - 1));
  }

  @Override
  public void testing(int done, int total) {
    stepsLeft = 0;
    estimate.evaluated(now(), done);
    bar("last evaluation", total, " images").at(done, total, "test", left(0, total - done, 0));
  }

  @Override
  public void epoch(EpochRecord e) {
    close();
    console.say(
        String.format(
            Locale.ROOT,
            "epoch %3d/%d   train loss %.4f   %s   %5.0f images/s   %.1f s",
            e.epoch() + 1,
            epochs,
            e.trainLoss(),
            e.evaluated().map(this::evaluated).orElseGet(this::notEvaluated),
            e.samplesPerSecond(),
            e.trainSeconds() + e.evaluated().map(Evaluated::seconds).orElse(0.0)));
  }

  private String evaluated(Evaluated e) {
    return String.format(
        Locale.ROOT,
        "%s loss %.4f   accuracy %6.2f %%",
        Counts.adjective(evaluationName),
        e.loss(),
        100 * e.accuracy());
  }

  /** As wide as the text after the other epochs. */
  private String notEvaluated() {
    String text = "not evaluated";
    return text + " ".repeat(evaluated(new Evaluated(0, 0, 0)).length() - text.length());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
