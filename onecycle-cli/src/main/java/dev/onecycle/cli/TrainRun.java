package dev.onecycle.cli;

import dev.onecycle.data.DataSplits;
import dev.onecycle.error.DivergedException;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.io.ModelFile;
import dev.onecycle.torch.io.NamedTensor;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Normalization;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** One training run from data to result: what {@code train} and {@code demo} share. */
final class TrainRun {
  static final String MODEL = "model.safetensors";

  private final Console console;
  private final List<String> command;
  private final TrainOptions options;
  private final PolicyChoice choice;
  private final Length length;
  private final int reestimate;
  private final PeakSource peakSource;
  private final Path folder;
  private final boolean tensorboard;
  private int epochs;

  /**
   * Prepares a run; throws where options are out of range or contradict, or the folder cannot be
   * written.
   *
   * @param command the command line that repeats the run
   * @param length of the cycle, as epochs or as time
   * @param peakSource where the peak rate comes from
   * @param tensorboard whether TensorBoard's events are written too
   */
  TrainRun(
      Console console,
      List<String> command,
      TrainOptions options,
      PolicyChoice choice,
      Length length,
      int reestimate,
      PeakSource peakSource,
      Path folder,
      boolean tensorboard) {
    this.console = console;
    this.command = command;
    this.options = options;
    this.choice = choice;
    this.length = length;
    this.reestimate = reestimate;
    this.peakSource = peakSource;
    this.folder = folder;
    this.tensorboard = tensorboard;
    epochs = length.epochs();
    options.validate();
    plan();
    peakSource.validate(choice);
    choice.over(1_000_000, 1);
    RunFolder.requireWritable(folder);
  }

  private TrainingPlan plan() {
    return new TrainingPlan(
        length.epochs(), options.batchSize, options.augmentation(), options.seed, reestimate);
  }

  /** Runs; answers the exit code. */
  int run(DataSplits data, String source) {
    if (length.minutes().isEmpty()) {
      choice.over(plan().steps(data.train().size()), 1); // before the engine is loaded: enough?
    }
    Setup setup =
        options.setup(data.train().shape(), data.train().classes().size(), choice.momentumAtPeak());
    Conditions conditions = setup.conditions(data.trainingFingerprint());
    peakSource.requireFresh(conditions);
    Normalization normalization = Normalization.of(data.train());
    try (Learner learner = new Learner(setup.network(), normalization, setup.settings())) {
      console.say(
          Numbers.format(
              "%s: %,d parameters, %s on %d threads",
              setup.network().name(),
              learner.parameterCount(),
              learner.precision().name().toLowerCase(Locale.ROOT),
              learner.threads()));
      Peak peak = peakSource.peak(console, learner, data, setup);
      console.say("Peak learning rate " + Numbers.brief(peak.rate()) + ": " + peak.reason());
      peak.accepted().forEach(stale -> console.say("Stale: " + PeakSource.text(stale)));
      TrainingPlan plan = length.fit(console, plan(), learner, setup, data);
      epochs = plan.epochs();
      Policy policy = choice.over(plan.steps(data.train().size()), peak.rate());
      console.say(policy.describe());
      RunRecord record = record(data, source, learner, policy, peak, conditions);
      try (RunFolder run = create(record, data, policy, peak);
          RunView view = RunView.open(console, folder, tensorboard)) {
        return train(learner, normalization, data, plan, policy, run, record, view);
      }
    }
  }

  /** Makes the folder, or nothing where a signal has come. */
  private RunFolder create(RunRecord record, DataSplits data, Policy policy, Peak peak) {
    if (Signals.stopRequested()) {
      throw new CancellationException();
    }
    return Signals.uninterrupted(
        () -> {
          RunFolder run = RunFolder.create(folder, record, data.evaluation());
          RunView.begin(console, folder, policy, peak);
          return run;
        });
  }

  private int train(
      Learner learner,
      Normalization normalization,
      DataSplits data,
      TrainingPlan plan,
      Policy policy,
      RunFolder run,
      RunRecord record,
      RunView view) {
    int stepsPerEpoch = plan.sampler(data.train().size()).batchesPerEpoch();
    Journal journal = new Journal();
    try {
      try (TrainingProgress progress =
          new TrainingProgress(
              console, epochs, stepsPerEpoch, options.batchSize, data.evaluationName())) {
        TrainingListener listeners = TrainingListener.all(run, journal, view, progress);
        Training.run(
            learner,
            policy,
            plan,
            data.train(),
            data.evaluation(),
            listeners,
            Signals::stopRequested);
      } catch (CancellationException e) {
        // A signal that came while the loop waited for a batch; other cancellations are failures.
        if (!Signals.stopRequested()) {
          throw e;
        }
      }
      int code = finish(learner, normalization, data, policy, run, record, journal);
      view.page();
      return code;
    } catch (RuntimeException e) {
      Status status = e instanceof DivergedException ? Status.DIVERGED : Status.FAILED;
      Map<String, Object> outcome = Map.of("message", String.valueOf(e.getMessage()));
      Signals.uninterrupted(() -> run.write(record.ended(status, now(), outcome)));
      view.page();
      throw e;
    }
  }

  /** Writes and reports what came out, also of a run that a signal ended early. */
  private int finish(
      Learner learner,
      Normalization normalization,
      DataSplits data,
      Policy policy,
      RunFolder run,
      RunRecord record,
      Journal journal) {
    List<NamedTensor> weights = learner.weights();
    journal.requireFinite(weights);
    ModelFile model =
        new ModelFile(
            learner.network().name(),
            data.train().classes(),
            data.train().shape(),
            normalization,
            options.dropout,
            weights);
    List<EpochRecord> done = journal.epochs();
    boolean whole = done.size() == epochs;
    Map<String, Object> outcome = journal.outcome(data.evaluationName());
    Signals.uninterrupted(
        () -> {
          model.write(folder.resolve(MODEL));
          run.write(record.ended(whole ? Status.FINISHED : Status.INTERRUPTED, now(), outcome));
        });
    report(done, data, outcome, policy);
    return whole ? ExitCode.OK : Signals.exitCode();
  }

  private void report(
      List<EpochRecord> done, DataSplits data, Map<String, Object> outcome, Policy policy) {
    if (done.isEmpty()) {
      console.answer("Stopped before the first epoch was done.");
    } else {
      EpochRecord last = done.get(done.size() - 1);
      console.answer(
          String.format(
              Locale.ROOT,
              "%.2f %% of %,d %s images right after %d of %d epochs, %.0f s of training",
              100 * last.accuracy(),
              data.evaluation().size(),
              data.evaluationName(),
              done.size(),
              epochs,
              (Double) outcome.getOrDefault("train_seconds", 0.0)));
    }
    console.answer("Run: " + folder + "  (model: " + folder.resolve(MODEL) + ")");
    console.answer("Report: " + folder.resolve(RunReport.FILE));
    Map<String, Object> result = new LinkedHashMap<>(outcome);
    result.put("learning_rate", policy.peak());
    result.put("run_dir", folder.toString());
    result.put("model", folder.resolve(MODEL).toString());
    result.put("report", folder.resolve(RunReport.FILE).toString());
    console.result(result);
  }

  private RunRecord record(
      DataSplits data,
      String source,
      Learner learner,
      Policy policy,
      Peak peak,
      Conditions conditions) {
    Map<String, Object> settings = options.record();
    settings.put("epochs", epochs);
    settings.put("reestimated_batches", reestimate);
    settings.put("precision", learner.precision().name().toLowerCase(Locale.ROOT));
    settings.put("threads", learner.threads());
    settings.put("learning_rate", peak.rate());
    length.minutes().ifPresent(minutes -> settings.put("minutes", minutes));
    settings.put("momentum_high", policy.momentum().at(0));
    settings.put("momentum_at_peak", choice.momentumAtPeak());
    peak.evidence().range().ifPresent(t -> settings.put("range_test", RangeRun.record(t)));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("onecycle", Version.current());
    environment.putAll(Engine.environment());
    return new RunRecord(
        RunRecord.FORMAT,
        Status.RUNNING,
        now(),
        "",
        command,
        new RunRecord.Data(
            source,
            data.fingerprint(),
            data.train().classes(),
            List.of(
                data.train().shape().channels(),
                data.train().shape().height(),
                data.train().shape().width()),
            data.train().size(),
            data.evaluation().size(),
            data.evaluationName()),
        settings,
        RunRecord.PolicySummary.of(policy),
        peak.reason(),
        conditions,
        peak.accepted(),
        environment,
        Map.of());
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
