package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.CLASS_WEIGHTS;
import static dev.onecycle.torch.job.TrainingConfig.DATA;
import static dev.onecycle.torch.job.TrainingConfig.DEVICE;
import static dev.onecycle.torch.job.TrainingConfig.FROM;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.MODEL;
import static dev.onecycle.torch.job.TrainingConfig.NORMALIZATION;
import static dev.onecycle.torch.job.TrainingConfig.ON_DIVERGENCE;
import static dev.onecycle.torch.job.TrainingConfig.ON_SAVE_ERROR;
import static dev.onecycle.torch.job.TrainingConfig.ORIENTATION;
import static dev.onecycle.torch.job.TrainingConfig.PRECISION;
import static dev.onecycle.torch.job.TrainingConfig.REESTIMATE_BATCHNORM;
import static dev.onecycle.torch.job.TrainingConfig.RESIZE;
import static dev.onecycle.torch.job.TrainingConfig.SAMPLING;
import static dev.onecycle.torch.job.TrainingConfig.SEED;
import static dev.onecycle.torch.job.TrainingConfig.SYNC_BATCHNORM;
import static dev.onecycle.torch.job.TrainingConfig.THREADS;

import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.Measure;
import dev.onecycle.run.ChanceLevel;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.ClassificationRecord.PictureSource;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.RunOutput;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.Task;
import dev.onecycle.run.TrainingImages;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.TrainingConfig.OnDivergence;
import dev.onecycle.torch.job.TrainingConfig.OnSaveError;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.train.Checkpoints;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Evaluation;
import dev.onecycle.torch.train.LayerGroup;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearnerState;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A training from its configuration to its run: started here, resumed here, by a program as by the
 * command line.
 *
 * <pre>{@code
 * TrainingConfig config = TrainingConfig.of("photos/").with(EPOCHS, 10);
 * RunSummary run = TrainingJob.start(config, Path.of("runs/first"));
 * }</pre>
 *
 * <p>The run's folder has its record before the first step, and a checkpoint at the beginning,
 * after every epoch and after some time. Whatever ends the process, {@link #resume} continues from
 * the newest sound checkpoint to the same bits as a run that was never ended.
 */
public final class TrainingJob {
  /** The rates of a retry: a third, as the advice after a divergence says. */
  private static final double LOWERED = 1 / 3.0;

  private static final int MAX_RETRIES = 3;

  /** The file that says what was done with each array of a weight file. */
  private static final String WEIGHTS = "weights.json";

  /** The parts of the environment that decide the last bits of a result. */
  private static final List<String> DECISIVE =
      List.of("onecycle", "engine", "kernels", "processor", "java");

  /** Settings that come to a value of their own where none is given, or an open one. */
  private static final List<Setting<?>> OPEN =
      List.of(PRECISION, THREADS, DEVICE, BATCH_SIZE, REESTIMATE_BATCHNORM, NORMALIZATION);

  private final Path folder;
  private final Experiment experiment;
  private final ProcessGroup ranks;
  private final RunControl control;
  private final Listeners listener;
  private final WriteFailurePolicy writes;
  private final ModelFile model;
  private final Checkpoints checkpoints;
  private TrainingPlan plan;
  private Policy policy;
  private RunRecord record;

  private TrainingJob(
      Path folder,
      Experiment experiment,
      Policy policy,
      TrainingPlan plan,
      RunRecord record,
      RunControl control,
      Listeners listener) {
    this.folder = folder;
    this.experiment = experiment;
    this.policy = policy;
    this.plan = plan;
    this.record = record;
    this.ranks = experiment.ranks();
    this.control = ranks.isAlone() ? control : agreed(control, experiment);
    this.listener = listener;
    TrainingConfig config = experiment.config();
    Learner learner = experiment.learner();
    writes =
        new WriteFailurePolicy(config.get(ON_SAVE_ERROR) == OnSaveError.WARN, listener::warning);
    ModelInput samples =
        new ModelInput(
            experiment.train().layout(),
            config.get(RESIZE),
            config.get(ORIENTATION),
            learner.normalization());
    model = new ModelFile(learner.network(), learner.targets(), samples, List.of());
    Map<String, String> compatibility = new LinkedHashMap<>(record.conditions().byName());
    compatibility.put("seed", config.get(SEED).toString());
    compatibility.put("all images", experiment.fingerprint());
    checkpoints = new Checkpoints(folder, model, compatibility, record.task().judge());
  }

  /** A control that tells each rank to stop after the same step. */
  private static RunControl agreed(RunControl own, Experiment experiment) {
    return new RunControl() {
      @Override
      public ProcessGroup ranks() {
        return own.ranks();
      }

      @Override
      public boolean stopRequested() {
        return experiment.learner().stopAgreed();
      }

      @Override
      public boolean saveRequested() {
        return own.saveRequested();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return own.uninterrupted(work);
      }
    };
  }

  /**
   * Starts a run and trains it to its end, or until the calling thread is interrupted.
   *
   * @param folder of the run; new or empty
   * @throws InvalidValueException where a setting is out of range or contradicts another
   * @throws BadDataException where the images cannot be used, or no peak rate can be suggested
   * @throws DivergedException where losses are not finite or far above the start
   * @throws CannotWriteException where the run cannot be saved
   */
  public static RunSummary start(TrainingConfig config, Path folder) {
    return start(config, folder, RunControl.INTERRUPTS);
  }

  /**
   * Starts a run of a program's own data and network; otherwise as {@link #start(TrainingConfig,
   * Path)}.
   *
   * @param config without settings of image files and models
   */
  public static RunSummary start(TrainingConfig config, Path folder, TrainingTask task) {
    return start(config, folder, task, RunControl.INTERRUPTS);
  }

  /**
   * Starts a run of a program's own data and network; otherwise as {@link #start(TrainingConfig,
   * Path, RunControl, RunListener...)}.
   *
   * @param config without settings of image files and models
   */
  public static RunSummary start(
      TrainingConfig config,
      Path folder,
      TrainingTask task,
      RunControl control,
      RunListener... listeners) {
    long begin = System.nanoTime();
    Listeners listener = listeners(control, listeners);
    TrainingConfig own = config.requireForTask().withSwept().validated();
    saySwept(config, own, listener);
    PeakRate.requireReadable(own);
    requireWritable(folder, control.ranks());
    try (Experiment experiment = Experiment.open(own, task, listener)) {
      return onRanks(control, () -> started(begin, own, experiment, folder, control, listener));
    }
  }

  /**
   * Starts a run and trains it to its end, or until a stop is requested.
   *
   * @param folder of the run; new or empty
   * @param listeners watch; those that are {@link JobListener}s hear of the search for the rate too
   * @throws CancellationException where a stop is requested before the first step
   * @throws InvalidValueException where a setting is out of range or contradicts another
   * @throws BadDataException where the images cannot be used, or no peak rate can be suggested
   * @throws DivergedException where losses are not finite or far above the start
   * @throws CannotWriteException where the run cannot be saved
   */
  public static RunSummary start(
      TrainingConfig asked, Path folder, RunControl control, RunListener... listeners) {
    long begin = System.nanoTime();
    Listeners listener = listeners(control, listeners);
    TrainingConfig swept = asked.withSwept();
    swept.validated();
    saySwept(asked, swept, listener);
    Optional<StartingWeights> weights = StartingWeights.of(swept);
    TrainingConfig config = Experiment.fitted(swept, weights);
    PeakRate.requireReadable(config);
    requireWritable(folder, control.ranks());
    try (Experiment experiment =
        Experiment.open(config, weights, HeldBatch.on(control.ranks()), listener)) {
      Faults.at("train.start");
      if (config.get(SAMPLING) == Sampling.SHUFFLED) {
        ClassWeights.advice(config.get(CLASS_WEIGHTS), experiment.trainImages())
            .ifPresent(listener::note);
      }
      return onRanks(control, () -> started(begin, config, experiment, folder, control, listener));
    }
  }

  /** Rank 0 alone tells of the job. */
  private static Listeners listeners(RunControl control, RunListener... all) {
    return new Listeners(control.ranks().isFirst() ? List.of(all) : List.of());
  }

  private static void requireWritable(Path folder, ProcessGroup ranks) {
    String unused =
        ranks.ofFirst(
            () -> {
              RunFolder.requireWritable(folder);
              return "";
            });
  }

  /**
   * Runs a job on its ranks. None of them may be interrupted: the others would wait for it. A stop
   * is agreed on in the next step.
   */
  private static RunSummary onRanks(RunControl control, Supplier<RunSummary> job) {
    return control.ranks().isAlone() ? job.get() : control.uninterrupted(job);
  }

  private static RunSummary started(
      long begin,
      TrainingConfig config,
      Experiment experiment,
      Path folder,
      RunControl control,
      Listeners listener) {
    experiment.join(control);
    int images = experiment.train().size();
    if (config.find(MINUTES).isEmpty()) {
      // Before the engine is loaded: are the steps enough for the policy?
      CycleLength.requireEnough(experiment.config(), images, experiment.train().layout().noun());
    }
    PeakRate.requireFresh(experiment);
    Learner learner = experiment.learner();
    listener.prepared(experiment);
    Optional<TimeLimit> limit = TimeLimit.of(experiment, begin, folder);
    Optional<RangeSummary> tested = PeakRate.tested(experiment, limit, listener);
    TrainingPlan plan =
        ofTask(
            ShortRun.reestimated(
                CycleLength.of(experiment, limit, listener),
                config,
                images,
                learner.averagesBatchNorms()),
            experiment);
    ShortRun.say(
        config,
        plan,
        ShortRun.Samples.of(experiment.train()),
        learner.averagesBatchNorms(),
        listener);
    long steps = plan.steps(images);
    PeakRate peak = PeakRate.of(experiment, tested, steps, listener);
    experiment.ranks().requireSame("learning rate", String.valueOf(peak.rate()));
    Policy policy = config.policyChoice().over(steps, peak.rate());
    RunRecord record = record(config, experiment, plan, policy, peak);
    TrainingJob job = new TrainingJob(folder, experiment, policy, plan, record, control, listener);
    try (RunOutput files = job.created(peak)) {
      return job.run(files, TrainingPosition.START);
    }
  }

  /** Says which settings come from a sweep. */
  private static void saySwept(TrainingConfig asked, TrainingConfig config, JobListener listener) {
    String swept =
        TrainingConfig.settings().stream()
            .filter(setting -> config.isGiven(setting) && !asked.isGiven(setting))
            .map(
                setting ->
                    setting.name().replace('_', ' ') + " " + config.toMap().get(setting.name()))
            .collect(Collectors.joining(", "));
    if (!swept.isEmpty()) {
      listener.note("As in the sweep of " + config.get(TrainingConfig.LR_FROM) + ": " + swept);
    }
  }

  /**
   * Resumes a run from its newest sound checkpoint; answers the result of a run that is finished.
   *
   * @throws BadDataException where the folder holds no run, or the images cannot be read
   * @throws InvalidValueException where the images or the conditions are no longer those of the run
   * @throws DivergedException where losses are not finite or far above the start
   * @throws CannotWriteException where the run is in use by another process, or cannot be saved
   */
  public static RunSummary resume(Path folder) {
    return resume(folder, ResumeOptions.NONE, RunControl.INTERRUPTS);
  }

  /** As {@link #resume(Path)}, with changes, until a stop is requested. */
  public static RunSummary resume(
      Path folder, ResumeOptions options, RunControl control, RunListener... listeners) {
    return resume(folder, Optional.empty(), options, control, listeners(control, listeners));
  }

  /**
   * Resumes a run of a program's own data and network.
   *
   * @param task as the run was started with
   * @throws InvalidValueException where the data, the network or the loss are not those of the run
   */
  public static RunSummary resume(Path folder, TrainingTask task) {
    return resume(folder, task, ResumeOptions.NONE, RunControl.INTERRUPTS);
  }

  /** As {@link #resume(Path, TrainingTask)}, with changes, until a stop is requested. */
  public static RunSummary resume(
      Path folder,
      TrainingTask task,
      ResumeOptions options,
      RunControl control,
      RunListener... listeners) {
    return resume(folder, Optional.of(task), options, control, listeners(control, listeners));
  }

  private static RunSummary resume(
      Path folder,
      Optional<TrainingTask> task,
      ResumeOptions options,
      RunControl control,
      Listeners listener) {
    if (!control.ranks().isAlone()) {
      return onRanks(control, () -> resumedOnRanks(folder, task, options, control, listener));
    }
    RunRecord record = RunFolder.read(folder);
    if (record.status() == Status.FINISHED) {
      return finished(folder, record, epochs(folder), options, listener);
    }
    requireSameKind(folder, record, task);
    try (RunLock lock = control.uninterrupted(() -> RunLock.take(folder))) {
      // Read again: another process may have had it until now.
      RunRecord current = RunFolder.read(folder);
      return current.status() == Status.FINISHED
          ? finished(folder, current, epochs(folder), options, listener)
          : unfinished(folder, current, task, Optional.of(lock), options, control, listener);
    }
  }

  /** Rank 0 alone reads the folder of the run, and holds its lock. */
  private static RunSummary resumedOnRanks(
      Path folder,
      Optional<TrainingTask> task,
      ResumeOptions options,
      RunControl control,
      Listeners listener) {
    ProcessGroup ranks = control.ranks();
    AtomicReference<@Nullable RunLock> held = new AtomicReference<>();
    try {
      RunRecord record =
          JsonFile.parse(
              ranks.ofFirst(
                  () -> {
                    RunRecord unused = RunFolder.read(folder); // is there a run at all?
                    held.set(RunLock.take(folder));
                    return JsonFile.text(RunFolder.read(folder));
                  }),
              RunRecord.class,
              "the run record of rank 0");
      if (record.status() == Status.FINISHED) {
        Epochs epochs =
            JsonFile.parse(
                ranks.ofFirst(() -> JsonFile.text(new Epochs(epochs(folder)))),
                Epochs.class,
                "the epochs of rank 0");
        return finished(folder, record, epochs.epochs, options, listener);
      }
      requireSameKind(folder, record, task);
      return unfinished(
          folder, record, task, Optional.ofNullable(held.get()), options, control, listener);
    } finally {
      @Nullable RunLock lock = held.get();
      if (lock != null) {
        lock.close();
      }
    }
  }

  private static void requireSameKind(Path folder, RunRecord record, Optional<TrainingTask> task) {
    if (task.isEmpty()) {
      Experiment.requireImageFiles(folder, record);
    } else if (!record.task().byProgram()) {
      throw new BadDataException(
          folder + " must be a run of a task but is one of image files; resume it without a task");
    } else {
      requireSame(folder, "task", record.task(), task.get().record());
    }
  }

  private static void requireSame(Path folder, String name, Task then, Task now) {
    if (!then.equals(now)) {
      throw Require.invalid(
          name,
          "the same as in " + folder + ", " + describe(then) + ",",
          describe(now),
          "give the task that the run was started with, or train anew");
    }
  }

  private static String describe(Task task) {
    String metrics = task.metrics().stream().map(Measure::title).collect(Collectors.joining(", "));
    return task.samples()
        + ", "
        + task.targets()
        + " "
        + String.join(", ", task.names())
        + ", loss "
        + task.loss()
        + ", metrics "
        + metrics;
  }

  private static List<EpochRecord> epochs(Path folder) {
    return RunHistory.read(folder).epochs();
  }

  /** The epochs of a run, as rank 0 tells them. */
  record Epochs(List<EpochRecord> epochs) {}

  /** Nothing is left to do. */
  private static RunSummary finished(
      Path folder,
      RunRecord record,
      List<EpochRecord> epochs,
      ResumeOptions options,
      JobListener listener) {
    requireExtensible(options.extraEpochs() == 0, options, "that is finished");
    listener.note("The run is finished; nothing is left to do.");
    return new RunSummary(folder, record, epochs);
  }

  private static void requireExtensible(boolean holds, ResumeOptions options, String which) {
    if (!holds) {
      throw Require.invalid(
          "extra epochs",
          "left out for a run " + which + ",",
          options.extraEpochs(),
          "its rate is annihilated: train anew with more epochs");
    }
  }

  private static RunSummary unfinished(
      Path folder,
      RunRecord record,
      Optional<TrainingTask> task,
      Optional<RunLock> lock,
      ResumeOptions options,
      RunControl control,
      Listeners listener) {
    TrainingConfig config = config(folder, record).with(options.settings()).withAbsolutePaths();
    // A checkpoint has all weights: those that the run began with are not read again.
    try (Experiment experiment =
        task.isPresent()
            ? Experiment.open(config, task.get(), listener)
            : Experiment.open(
                config.without(FROM), Optional.empty(), HeldBatch.on(control.ranks()), listener)) {
      experiment.join(control);
      requireSame(
          task.isPresent() ? "samples" : "images",
          record.data().fingerprint(),
          experiment.fingerprint(),
          folder,
          options);
      boolean otherRanks = record.ranks() != control.ranks().size();
      // A run keeps its threads, so that other replicas are other ranks, which is told below.
      for (Conditions.Difference d :
          record
              .conditions()
              .without("weights")
              .without(Setup.REPLICAS)
              .differencesTo(experiment.conditions().without(Setup.REPLICAS))) {
        throw Require.invalid(
            "condition " + d.title(),
            d.found() + ", as in " + folder + ",",
            d.now(),
            "train anew under these");
      }
      Policy policy = policy(folder, record, config);
      TrainingPlan plan =
          ofTask(plan(folder, record, config, policy, experiment.train().size()), experiment);
      experiment.learner();
      listener.prepared(experiment);
      sayDifferences(record, listener);
      if (otherRanks) {
        sayOtherRanks(record, experiment, listener);
      }
      Map<String, Object> resolved = new LinkedHashMap<>(record.resolved());
      resolved.put(RunRecord.RANKS, control.ranks().size());
      RunRecord running = record.withConfig(settings(config, record), resolved).withoutEnd();
      TrainingJob job =
          new TrainingJob(folder, experiment, policy, plan, running, control, listener);
      TrainingPosition from = job.restored().orElse(TrainingPosition.START);
      if (options.extraEpochs() > 0) {
        job.extend(from, options);
      }
      try (RunOutput files = job.reopened(lock, from)) {
        return job.run(files, from);
      }
    }
  }

  /** Says what another number of ranks changes, and what it leaves as it is. */
  private static void sayOtherRanks(RunRecord record, Experiment experiment, JobListener listener) {
    int threads = experiment.config().get(THREADS);
    String norms =
        experiment.config().get(SYNC_BATCHNORM)
            ? ""
            : Numbers.format(
                "; batch norms see parts of 1/%d of a batch instead of 1/%d",
                threads * experiment.ranks().size(), threads * record.ranks());
    listener.note(
        Numbers.format(
            "The run was on %s and goes on on %s: each step has the same images, rate and"
                + " momentum as before, but the last bits of its sums differ%s",
            Counts.of(record.ranks(), "rank", "ranks"),
            Counts.of(experiment.ranks().size(), "rank", "ranks"),
            norms));
  }

  /** The configuration of a run, with the chosen values of its open settings. */
  private static TrainingConfig config(Path folder, RunRecord record) {
    try {
      Map<String, Object> resolved = new LinkedHashMap<>(record.resolved());
      resolved.keySet().retainAll(OPEN.stream().map(Setting::name).toList());
      return TrainingConfig.ofRun(folder, record.config()).with(resolved, Origin.PROGRAM);
    } catch (InvalidValueException e) {
      throw new BadDataException(
          folder.resolve(RunFolder.RECORD) + " cannot be understood: " + e.getMessage(), e);
    }
  }

  /** The settings for the record, with open ones as they were asked for at first. */
  private static Map<String, Object> settings(TrainingConfig config, RunRecord record) {
    Map<String, Object> settings =
        record.task().byProgram() ? config.toTaskMap() : config.toRepeat();
    for (Setting<?> open : OPEN) {
      Object asked = record.config().get(open.name());
      if (asked == null) {
        settings.remove(open.name());
      } else {
        settings.put(open.name(), asked);
      }
    }
    // The file that was given, not the run's copy.
    Optional.ofNullable(record.config().get(MODEL.name()))
        .ifPresent(model -> settings.put(MODEL.name(), model));
    return settings;
  }

  private static void requireSame(
      String name, String then, String now, Path folder, ResumeOptions options) {
    if (!then.equals(now)) {
      throw Require.invalid(
          name,
          "the same as in " + folder + ", " + then + ",",
          now,
          options.settings().isGiven(DATA)
              ? "name the data of the run, or train anew on these"
              : "name their folder or file as data, or train anew on these");
    }
  }

  /** The policy of the record, made again; an error where it is another. */
  private static Policy policy(Path folder, RunRecord record, TrainingConfig config) {
    long added = record.amendments().stream().mapToLong(Amendment::addedSteps).sum();
    double peak = record.chosenPeak().orElseThrow(() -> contradiction(folder, record, null));
    try {
      Policy first = config.policyChoice().over(record.policy().steps() - added, peak);
      Policy policy = Amendment.all(first, record.amendments());
      if (policy.name().equals(record.policy().name())
          && Math.abs(policy.peak() / record.policy().peak() - 1) < 1e-9) {
        return policy;
      }
    } catch (InvalidValueException e) {
      throw contradiction(folder, record, e);
    }
    throw contradiction(folder, record, null);
  }

  private static BadDataException contradiction(
      Path folder, RunRecord record, @Nullable Throwable cause) {
    String message =
        folder.resolve(RunFolder.RECORD)
            + " has a policy that its settings do not give: "
            + record.policy().description();
    return cause == null ? new BadDataException(message) : new BadDataException(message, cause);
  }

  private static TrainingPlan ofTask(TrainingPlan plan, Experiment experiment) {
    return experiment
        .task()
        .map(task -> plan.withMetrics(task.metrics()).withAugmentation(task.augmentation()))
        .orElse(plan);
  }

  private static TrainingPlan plan(
      Path folder, RunRecord record, TrainingConfig config, Policy policy, int images) {
    int epochs =
        record
            .plannedEpochs()
            .orElseThrow(() -> new BadDataException(folder + " has a record without epochs"));
    return config.plan(epochs).withSteps(policy.steps(), images);
  }

  /** Says what may change the last bits of the result and nothing else. */
  private static void sayDifferences(RunRecord record, JobListener listener) {
    Map<String, String> now = environment();
    for (String name : DECISIVE) {
      String then = record.environment().getOrDefault(name, "unknown");
      String is = now.getOrDefault(name, "unknown");
      if (!then.equals(is)) {
        listener.warning(
            "The run continues, but perhaps not to the same bits: "
                + name
                + " was "
                + then
                + " and is "
                + is);
      }
    }
  }

  private static RunRecord record(
      TrainingConfig asked,
      Experiment experiment,
      TrainingPlan plan,
      Policy policy,
      PeakRate peak) {
    TrainingConfig config = experiment.config().withAbsolutePaths();
    Dataset train = experiment.train();
    RunRecord.Data data =
        new RunRecord.Data(
            experiment.source(),
            experiment.fingerprint(),
            train.hasClasses() ? train.targets().names() : List.of(),
            train.layout().shape(),
            experiment.train().size(),
            new RunRecord.Evaluation(experiment.evaluationName(), experiment.evaluation().size()));
    Learner learner = experiment.learner();
    Map<String, Object> resolved = new LinkedHashMap<>();
    resolved.put(PRECISION.name(), PRECISION.write(learner.precision()));
    resolved.put(THREADS.name(), learner.threads());
    resolved.put(RunRecord.RANKS, experiment.ranks().size());
    resolved.put(DEVICE.name(), DEVICE.write(learner.device()));
    resolved.put(BATCH_SIZE.name(), plan.batchSize());
    resolved.put(REESTIMATE_BATCHNORM.name(), plan.reestimatedBatches());
    resolved.put(RunRecord.EPOCHS, plan.epochs());
    resolved.put(RunRecord.LEARNING_RATE, peak.rate());
    if (config.find(FROM).isPresent() || config.find(NORMALIZATION).isPresent()) {
      resolved.put(NORMALIZATION.name(), experiment.normalization().text());
    }
    if (!experiment.setup().settings().layerRules().isNone()) {
      resolved.put("layer_groups", learner.groups().stream().map(TrainingJob::written).toList());
    }
    Optional<TrainingTask> task = experiment.task();
    if (task.isPresent()) {
      Training.chanceLoss(experiment.evaluation(), task.get().loss())
          .ifPresent(chance -> resolved.put(ChanceLevel.LOSS, chance));
    }
    return RunRecord.of(data, RunRecord.PolicySummary.of(policy), experiment.conditions())
        .withTask(task.map(TrainingTask::record).orElse(Task.IMAGES))
        .withOrigin(
            now(),
            task.isPresent()
                ? List.of() // no words of the command line repeat it
                : asked.withAbsolutePaths().commandLine("train", TrainingConfig.settings()),
            environment())
        .withConfig(task.isPresent() ? config.toTaskMap() : config.toRepeat(), resolved)
        .withLearningRateSource(peak.reason(), peak.acceptedDifferences());
  }

  private static Map<String, Object> written(LayerGroup group) {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("layers", group.layers());
    written.put("rate", group.rate());
    written.put("weight_decay", group.weightDecay());
    written.put("values", group.values());
    return written;
  }

  /** Makes the folder, or nothing where a stop is requested. */
  private RunOutput created(PeakRate peak) {
    requireNoStop();
    if (!ranks.isFirst()) {
      return RunOutput.NONE;
    }
    return control.uninterrupted(
        () -> {
          RunFolder files =
              experiment.task().isPresent()
                  ? RunFolder.create(folder, record)
                  : RunFolder.create(folder, record, pictures());
          try {
            if (experiment.weightMapping().isPresent()) {
              JsonFile.write(folder.resolve(WEIGHTS), experiment.weightMapping().get().json());
            }
            copyScript();
            if (!peak.evidence().none()) {
              JsonFile.write(folder.resolve(Evidence.FILE), peak.evidence());
            }
            if (experiment.task().isEmpty()) {
              writes.tried(
                  () ->
                      JsonFile.write(
                          folder.resolve(TrainingImages.FILE),
                          experiment.trainingImages(
                              TrainingImages.COUNT, TrainingImages.MAX_SIDE)));
            }
            writes.tried(() -> listener.begun(folder, record, policy));
            return files;
          } catch (RuntimeException e) {
            files.close(); // or the folder would stay locked
            throw e;
          }
        });
  }

  /** A network from a file is kept with the run, which then needs the file no more. */
  private void copyScript() {
    if (experiment.learner().network().layers() instanceof Script script) {
      AtomicFile.write(folder.resolve(ModelFile.SCRIPT), script.file()::copyTo);
    }
  }

  /** Reopens the folder, or changes nothing where a stop is requested. */
  private RunOutput reopened(Optional<RunLock> held, TrainingPosition from) {
    requireNoStop();
    if (!ranks.isFirst()) {
      return RunOutput.NONE;
    }
    RunLock lock = held.orElseThrow();
    return control.uninterrupted(
        () -> {
          RunFolder files =
              experiment.task().isPresent()
                  ? RunFolder.reopen(folder, lock, from)
                  : RunFolder.reopen(folder, lock, from, pictures());
          removeModel();
          files.write(record);
          writes.tried(() -> listener.resumed(folder, record, policy, from));
          return files;
        });
  }

  /** The model of an end in order would be taken for the run's after a later end by force. */
  private void removeModel() {
    Path old = folder.resolve(ModelFile.NAME);
    try {
      Files.deleteIfExists(old);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(old, e);
    }
  }

  private void requireNoStop() {
    if (control.stopRequested()) {
      throw new CancellationException();
    }
  }

  private PictureSource pictures() {
    return index ->
        new Picture(
            ImageFiles.thumbnail(
                experiment.evaluationImages(), index, ClassificationRecord.MAX_SIDE));
  }

  /**
   * Restores the learner from its newest sound checkpoint, and says which were passed over; empty
   * where nothing was saved yet, and the learner is then as it was.
   */
  private Optional<TrainingPosition> restored() {
    return shared(() -> control.uninterrupted(() -> checkpoints.restore(experiment.learner())));
  }

  /** The position of the checkpoint that rank 0 restores; all ranks then have its state. */
  private Optional<TrainingPosition> shared(Supplier<Found<TrainingPosition>> restoring) {
    if (ranks.isAlone()) {
      return noted(restoring.get());
    }
    String text = ranks.ofFirst(() -> noted(restoring.get()).map(JsonFile::text).orElse(""));
    experiment.learner().shareState();
    return Optional.of(text)
        .filter(json -> !json.isEmpty())
        .map(json -> JsonFile.parse(json, TrainingPosition.class, "the position of rank 0"));
  }

  private Optional<TrainingPosition> noted(Found<TrainingPosition> found) {
    found.notes().forEach(listener::warning);
    return found.value();
  }

  /** Adds epochs: the rest of the cycle is stretched over the steps that are then left. */
  private void extend(TrainingPosition from, ResumeOptions options) {
    requireExtensible(from.step() < policy.steps(), options, "that has made all its steps");
    int images = experiment.train().size();
    long steps = (long) options.extraEpochs() * plan.sampler(images).batchesPerEpoch();
    String reason = "resumed with " + options.extraEpochs() + " epochs more";
    Map<String, Object> resolved = new LinkedHashMap<>(record.resolved());
    resolved.put(RunRecord.EPOCHS, plan.epochs() + options.extraEpochs());
    record = record.withConfig(record.config(), resolved);
    amend(new Amendment(from.step(), 1, steps, reason));
    plan = ofTask(plan(folder, record, experiment.config(), policy, images), experiment);
  }

  private void amend(Amendment amendment) {
    List<Amendment> amendments = new ArrayList<>(record.amendments());
    amendments.add(amendment);
    policy = amendment.to(policy);
    record = record.withPolicy(policy, amendments);
  }

  private RunSummary run(RunOutput files, TrainingPosition from) {
    RunSummary summary;
    try {
      summary = trained(files, from);
    } catch (RuntimeException e) {
      RuntimeException told = e instanceof DivergedException d ? d.withAdvice(advice()) : e;
      fail(files, told);
      throw told;
    }
    // Its files are written: a failure from here on does not make it a failed run.
    control.uninterrupted(
        () -> {
          listener.ended(folder, record);
          ranks.awaitAll(); // no rank ends well before the files are there
          Faults.at("run.ended");
        });
    return summary;
  }

  private RunSummary trained(RunOutput files, TrainingPosition from) {
    TrainingPosition at = from;
    while (true) {
      Checkpointer checkpointer =
          new Checkpointer(
              checkpoints,
              files,
              experiment.learner(),
              experiment.config().checkpointInterval(),
              control,
              at);
      try {
        writes.tried(checkpointer::save);
        train(files, checkpointer, at);
        return finish(files, checkpointer, tested(checkpointer));
      } catch (DivergedException e) {
        at = lowered(files, e, checkpointer.position());
      }
    }
  }

  private String advice() {
    double peak = record.chosenPeak().orElseThrow();
    for (Amendment amendment : record.amendments()) {
      peak *= amendment.rateFactor();
    }
    boolean testable = experiment.setup().batchSize() < experiment.train().size();
    return PeakRate.adviceAfterDivergence(experiment.config(), peak, testable);
  }

  private void train(RunOutput files, Checkpointer checkpointer, TrainingPosition at) {
    unlessStopped(
        () ->
            Training.resume(
                experiment.learner(),
                policy,
                plan,
                experiment.train(),
                experiment.evaluation(),
                at,
                watching(files, checkpointer),
                control::stopRequested));
  }

  /** The result of work; empty where a stop came while it waited for a batch. */
  private <T> Optional<T> unlessStopped(Supplier<T> work) {
    try {
      return Optional.of(work.get());
    } catch (CancellationException e) {
      // Other cancellations are failures.
      if (!control.stopRequested()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The order: first the run's files, then whoever watches, last the checkpoint of it all. */
  private TrainingListener watching(RunOutput files, Checkpointer checkpointer) {
    List<TrainingListener> all = new ArrayList<>(List.of(files));
    all.addAll(listener.all());
    all.add(sayingReplaced());
    all.add(checkpointer);
    return TrainingListener.all(
        all.stream().map(one -> writes.guarded(one, control)).toArray(TrainingListener[]::new));
  }

  /**
   * Says after each epoch which images of a stream could not be used: those that rank 0 has read,
   * and whether other ranks have met such too.
   */
  private TrainingListener sayingReplaced() {
    List<ImageDataset> all =
        Stream.of(experiment.train(), experiment.evaluation())
            .filter(ImageDataset.class::isInstance)
            .map(ImageDataset.class::cast)
            .toList();
    return new TrainingListener() {
      private int said;
      private boolean saidOthers;

      @Override
      public void epoch(EpochRecord epoch) {
        if (all.isEmpty()) {
          return;
        }
        List<SkippedImage> replaced =
            all.stream().flatMap(images -> images.replaced().stream()).toList();
        boolean others = ranks.sum(ranks.isFirst() ? 0 : replaced.size()) > 0;
        if (replaced.size() > said) {
          SkippedImage last = replaced.get(replaced.size() - 1);
          said = replaced.size();
          listener.warning(
              Numbers.format(
                  "%s could not be used so far; each was replaced by the next whole image of its"
                      + " shard: %s %s%s",
                  Counts.of(said, "image", "images"),
                  last.origin(),
                  last.reason(),
                  said > 1 ? Numbers.format(", and %,d more", said - 1) : ""));
        }
        if (others && !saidOthers) {
          saidOthers = true;
          listener.warning(
              "Other ranks have read images that could not be used; each was replaced by the next"
                  + " whole image of its shard");
        }
      }
    };
  }

  /** Goes back to the last checkpoint before the losses rose, and lowers the rates, or throws. */
  private TrainingPosition lowered(
      RunOutput files, DivergedException divergence, TrainingPosition reached) {
    long retries = record.amendments().stream().filter(a -> a.rateFactor() < 1).count();
    if (experiment.config().get(ON_DIVERGENCE) != OnDivergence.RETRY || retries >= MAX_RETRIES) {
      throw divergence;
    }
    TrainingPosition at =
        wentBack(reached.losses().soundBefore(divergence.soundBefore()))
            .orElseThrow(() -> divergence);
    amend(new Amendment(at.step(), LOWERED, 0, divergence.reason()));
    listener.note(
        Numbers.format(
            "%s. Back to step %d and on with a third of the rates: try %d of %d",
            divergence.reason(), at.step(), retries + 1, MAX_RETRIES));
    control.uninterrupted(
        () -> {
          files.goBack(at);
          writes.tried(files::flush);
          writes.tried(() -> files.write(record));
        });
    writes.tried(() -> listener.retried(record, policy, at));
    return at;
  }

  /**
   * Restores the learner from the newest sound checkpoint before a step, and removes those after
   * it: a process that is killed now must not find them under lowered rates.
   */
  private Optional<TrainingPosition> wentBack(long step) {
    return shared(
        () -> control.uninterrupted(() -> checkpoints.goBack(experiment.learner(), step)));
  }

  /** The result on the test images that judged no epoch, once all epochs are trained. */
  private Optional<Evaluation> tested(Checkpointer checkpointer) {
    return experiment
        .test()
        .filter(images -> checkpointer.position().epochs().size() == plan.epochs())
        .flatMap(images -> unlessStopped(() -> evaluated(images)))
        .map(evaluation -> requireFinite(evaluation, checkpointer));
  }

  private Evaluation evaluated(Dataset test) {
    return Training.evaluate(
        experiment.learner(), test, done -> listener.testing(done, test.size()));
  }

  private static Evaluation requireFinite(Evaluation evaluation, Checkpointer at) {
    if (!Double.isFinite(evaluation.loss())) {
      long step = at.position().step();
      throw new DivergedException("test loss", evaluation.loss(), step - 1, at.learningRate())
          .withSoundBefore(at.position().losses().soundBefore(step));
    }
    return evaluation;
  }

  /** Writes the result, also of a run that was stopped early. */
  private RunSummary finish(
      RunOutput files, Checkpointer checkpointer, Optional<Evaluation> tested) {
    return control.uninterrupted(
        () -> {
          LearnerState state = experiment.learner().state();
          TrainingPosition at = checkpointer.position();
          state.requireFinite(at.step() - 1, checkpointer.learningRate());
          boolean whole =
              at.epochs().size() == plan.epochs()
                  && tested.isPresent() == experiment.test().isPresent();
          writes.tried(checkpointer::save);
          if (ranks.isFirst()) {
            model.with(state.weights()).write(folder.resolve(ModelFile.NAME));
          }
          record =
              record.withEnd(
                  whole ? Status.FINISHED : Status.INTERRUPTED, now(), outcome(at, tested));
          files.write(record);
          return new RunSummary(folder, record, at.epochs());
        });
  }

  private Map<String, Object> outcome(TrainingPosition at, Optional<Evaluation> tested) {
    String name = experiment.evaluationName();
    Map<String, Object> outcome =
        new LinkedHashMap<>(RunSummary.outcome(at.epochs(), name, tested));
    if (!ranks.isFirst()) {
      return outcome; // the rest is read from the folder
    }
    outcome.putAll(
        RunSummary.recalls(
            at.epochs(),
            name,
            record.data().classes(),
            tested.map(Evaluation::classification),
            RunFolder.readClassification(folder)));
    return outcome;
  }

  /** Keeps how the run ended, as far as that can be written. */
  private void fail(RunOutput files, RuntimeException failure) {
    Status status = failure instanceof DivergedException ? Status.DIVERGED : Status.FAILED;
    Map<String, Object> outcome = Map.of("message", String.valueOf(failure.getMessage()));
    record = record.withEnd(status, now(), outcome);
    try {
      control.uninterrupted(
          () -> {
            files.write(record);
            files.flush(); // the steps since the last epoch show how the run failed
          });
    } catch (CannotWriteException e) {
      failure.addSuppressed(e);
    }
    try {
      control.uninterrupted(() -> listener.ended(folder, record));
    } catch (RuntimeException e) {
      failure.addSuppressed(e); // the failure of the run is the one to tell
    }
  }

  /** Versions, processor and threads: the environment of a run's record. */
  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("onecycle", version());
    environment.putAll(Engine.environment());
    return environment;
  }

  private static String version() {
    String version = TrainingJob.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
