package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.cli.tune.RangeRun;
import dev.onecycle.data.DataSplits;
import dev.onecycle.fault.Faults;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** One training run from data to result: what {@code train} and {@code demo} share. */
final class TrainRun {
  private final Console console;
  private final List<String> command;
  private final List<String> arguments;
  private final RunRequest request;
  private final CycleLength length;
  private final PeakSource peakSource;
  private final Path folder;

  /**
   * Prepares a run; throws where options are out of range or contradict, or the folder cannot be
   * written.
   *
   * @param command the command line that repeats the run
   * @param arguments from which {@link RunRequest#of} makes the request again
   * @param length of the cycle, as epochs or as time
   * @param peakSource where the peak rate comes from
   */
  TrainRun(
      Console console,
      List<String> command,
      List<String> arguments,
      RunRequest request,
      CycleLength length,
      PeakSource peakSource,
      Path folder) {
    this.console = console;
    this.command = command;
    this.arguments = arguments;
    this.request = request;
    this.length = length;
    this.peakSource = peakSource;
    this.folder = folder;
    request.validate();
    request.plan(length.epochs());
    peakSource.validate(request.choice());
    RunFolder.requireWritable(folder);
  }

  /** Runs; answers the exit code. */
  int run(DataSplits data) {
    Faults.at("train.start");
    TrainOptions options = request.options();
    PolicyChoice choice = request.choice();
    TrainingPlan asked = request.plan(length.epochs());
    if (length.minutes().isEmpty()) {
      choice.over(asked.steps(data.train().size()), 1); // before the engine is loaded: enough?
    }
    Setup setup =
        options.setup(data.train().shape(), data.train().classes().size(), choice.momentumAtPeak());
    Conditions conditions = setup.conditions(data.trainingFingerprint());
    peakSource.requireFresh(conditions);
    try (Learner learner = Learner.prepare(setup.network(), data.train(), setup.settings())) {
      console.say(Session.sentence(learner));
      Peak peak = peakSource.peak(console, learner, data, setup);
      console.say("Peak learning rate " + Numbers.brief(peak.rate()) + ": " + peak.reason());
      peak.accepted().forEach(stale -> console.say("Stale: " + PeakSource.text(stale)));
      TrainingPlan plan = length.fit(console, asked, learner, setup, data);
      Policy policy = choice.over(plan.steps(data.train().size()), peak.rate());
      console.say(policy.describe());
      RunRecord record = record(data, learner, plan, policy, peak, conditions);
      try (RunFolder files = create(record, data, policy, peak)) {
        Session session =
            new Session(
                console,
                folder,
                request,
                learner,
                learner.normalization(),
                data,
                plan,
                policy,
                record);
        return session.run(files, TrainingPosition.START);
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
          RunFolder run = RunFolder.create(folder, record, Session.pictures(data));
          try {
            RunView.begin(console, folder, policy, peak);
            return run;
          } catch (RuntimeException e) {
            run.close(); // or the folder would stay locked
            throw e;
          }
        });
  }

  private RunRecord record(
      DataSplits data,
      Learner learner,
      TrainingPlan plan,
      Policy policy,
      Peak peak,
      Conditions conditions) {
    Map<String, Object> settings = request.options().record();
    settings.put("epochs", plan.epochs());
    settings.put("reestimated_batches", request.reestimate());
    if (plan.evaluateEvery() > 1) {
      settings.put("evaluate_every", plan.evaluateEvery());
    }
    settings.put("precision", learner.precision().name().toLowerCase(Locale.ROOT));
    settings.put("threads", learner.threads());
    settings.put("device", learner.device().name().toLowerCase(Locale.ROOT));
    settings.put("learning_rate", peak.rate());
    length.minutes().ifPresent(minutes -> settings.put("minutes", minutes));
    settings.put("momentum_high", policy.momentum().at(0));
    settings.put("momentum_at_peak", request.choice().momentumAtPeak());
    peak.evidence().range().ifPresent(t -> settings.put("range_test", RangeRun.record(t)));
    RunRecord.Data trained =
        new RunRecord.Data(
            request.data().source(),
            data.fingerprint(),
            data.train().classes(),
            List.of(
                data.train().shape().channels(),
                data.train().shape().height(),
                data.train().shape().width()),
            data.train().size(),
            new RunRecord.Evaluation(data.evaluationName(), data.evaluation().size()));
    return RunRecord.of(trained, RunRecord.PolicySummary.of(policy), conditions)
        .withOrigin(Session.now(), command, Session.environment())
        .withConfig(settings, Map.of("arguments", arguments))
        .withLearningRateSource(peak.reason(), peak.accepted());
  }
}
