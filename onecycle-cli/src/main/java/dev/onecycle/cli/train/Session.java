package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.console.Version;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.ImageFiles;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.ClassificationRecord.PictureSource;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Checkpoints;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearnerState;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Trains from a position to the end, or to a signal: what new and resumed runs share. */
public final class Session {
  public static final String MODEL = "model.safetensors";

  /** What a retry makes of the rates: a third, as the advice after a divergence has it. */
  private static final double LOWERED = 1 / 3.0;

  private static final int MOST_RETRIES = 3;

  private final Console console;
  private final Path folder;
  private final RunRequest request;
  private final Learner learner;
  private final ModelFile model;
  private final DataSplits data;
  private final Checkpoints checkpoints;
  private final WriteFailurePolicy saveErrors;
  private TrainingPlan plan;
  private Policy policy;
  private RunRecord record;

  Session(
      Console console,
      Path folder,
      RunRequest request,
      Learner learner,
      Normalization normalization,
      DataSplits data,
      TrainingPlan plan,
      Policy policy,
      RunRecord record) {
    this.console = console;
    this.folder = folder;
    this.request = request;
    this.learner = learner;
    this.data = data;
    this.plan = plan;
    this.policy = policy;
    this.record = record;
    saveErrors = new WriteFailurePolicy(console, request.saving().warns());
    model =
        new ModelFile(
            learner.network().name(),
            data.train().classes(),
            data.train().shape(),
            normalization,
            request.options().dropout,
            List.of());
    Map<String, String> world = new LinkedHashMap<>(record.conditions().byName());
    world.put("seed", request.options().seed + "");
    world.put("all images", data.fingerprint());
    checkpoints = new Checkpoints(folder, model, world);
  }

  /**
   * Puts the learner where its newest sound checkpoint has it, and says which were passed over;
   * empty where nothing was saved yet, and the learner is then as it was.
   */
  Optional<TrainingPosition> restore() {
    Found<TrainingPosition> found = Signals.uninterrupted(() -> checkpoints.restore(learner));
    found.notes().forEach(console::answer);
    return found.value();
  }

  /** Goes on by another policy, over another number of steps. */
  void amend(Policy newPolicy, TrainingPlan newPlan, RunRecord newRecord) {
    policy = newPolicy;
    plan = newPlan;
    record = newRecord;
  }

  /** Trains; answers the exit code. */
  int run(RunFolder files, TrainingPosition from) {
    try (RunView view = RunView.open(console, folder, request.tensorboard())) {
      TrainingPosition at = from;
      if (at.step() > 0) {
        saveErrors.tried(() -> view.restart(from.step()));
      }
      while (true) {
        Checkpointer saving =
            new Checkpointer(checkpoints, files, learner, request.saving().interval(), at);
        try {
          saveErrors.tried(saving::save);
          train(files, view, saving, at);
          return finish(files, view, saving);
        } catch (DivergedException e) {
          TrainingPosition back = lowered(files, e);
          saveErrors.tried(() -> view.restart(back.step()));
          at = back;
        }
      }
    } catch (RuntimeException e) {
      fail(files, e);
      throw e;
    }
  }

  private void train(RunFolder files, RunView view, Checkpointer saving, TrainingPosition at) {
    int stepsPerEpoch = plan.sampler(data.train().size()).batchesPerEpoch();
    try (TrainingProgress progress =
        new TrainingProgress(
            console,
            plan.epochs(),
            stepsPerEpoch,
            request.options().firstBatchSize(),
            data.evaluationName())) {
      Training.resume(
          learner,
          policy,
          plan,
          data.train(),
          data.evaluation(),
          at,
          TrainingListener.all(
              saveErrors.guard(files), saveErrors.guard(view), progress, saveErrors.guard(saving)),
          Signals::stopRequested);
    } catch (CancellationException e) {
      // A signal that came while the loop waited for a batch; other cancellations are failures.
      if (!Signals.stopRequested()) {
        throw e;
      }
    }
  }

  /** Goes back to the last checkpoint and lowers the rates from there, or throws. */
  private TrainingPosition lowered(RunFolder files, DivergedException divergence) {
    long retries = record.amendments().stream().filter(a -> a.rateFactor() < 1).count();
    if (!request.saving().retries() || retries >= MOST_RETRIES) {
      throw divergence;
    }
    TrainingPosition at = restore().orElseThrow(() -> divergence);
    Amendment amendment = new Amendment(at.step(), LOWERED, 0, divergence.reason());
    policy = amendment.to(policy);
    List<Amendment> amendments = new ArrayList<>(record.amendments());
    amendments.add(amendment);
    record = record.withPolicy(policy, amendments);
    console.say(
        Numbers.format(
            "%s. Back to step %d and on with a third of the rates: try %d of %d",
            amendment.reason(), at.step(), retries + 1, MOST_RETRIES));
    Signals.uninterrupted(
        () -> {
          files.goBack(at);
          saveErrors.tried(files::flush);
          saveErrors.tried(() -> files.write(record));
        });
    return at;
  }

  /** Writes and reports what came out, also of a run that a signal ended early. */
  private int finish(RunFolder files, RunView view, Checkpointer saving) {
    LearnerState state = learner.state();
    state.requireFinite(saving.position().step() - 1, saving.learningRate());
    List<EpochRecord> done = saving.position().epochs();
    boolean whole = done.size() == plan.epochs();
    Map<String, Object> outcome = RunSummary.of(done, data.evaluationName());
    saveErrors.tried(saving::save);
    Signals.uninterrupted(
        () -> {
          model.with(state.weights()).write(folder.resolve(MODEL));
          files.write(record.withEnd(whole ? Status.FINISHED : Status.INTERRUPTED, now(), outcome));
        });
    view.page();
    RunSummary.report(console, folder, record.withEnd(Status.FINISHED, "", outcome), done);
    if (!whole) {
      console.answer("Go on with it: onecycle resume " + folder);
    }
    return whole ? ExitCode.OK : Signals.exitCode();
  }

  /** Keeps how the run ended, as far as that can be written. */
  private void fail(RunFolder files, RuntimeException failure) {
    Status status = failure instanceof DivergedException ? Status.DIVERGED : Status.FAILED;
    Map<String, Object> outcome = Map.of("message", String.valueOf(failure.getMessage()));
    try {
      Signals.uninterrupted(() -> files.write(record.withEnd(status, now(), outcome)));
    } catch (CannotWriteException e) {
      failure.addSuppressed(e);
    }
    RunView.page(console, folder);
  }

  static PictureSource pictures(DataSplits data) {
    return index ->
        new Picture(
            ImageFiles.thumbnail(data.evaluation(), index, ClassificationRecord.LONGEST_SIDE));
  }

  static String sentence(Learner learner) {
    return Numbers.format(
        "%s: %,d parameters, %s on %s",
        learner.network().name(),
        learner.parameterCount(),
        learner.precision().name().toLowerCase(Locale.ROOT),
        learner.device() == Device.CUDA ? "CUDA" : learner.threads() + " threads");
  }

  static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("onecycle", Version.current());
    environment.putAll(Engine.environment());
    return environment;
  }

  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
