package dev.onecycle.cli.reproduce;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.reproduce.Campaign.State;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.NoLearningRateException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;

/**
 * Runs the trials of a campaign that are not done, one after the other. A trial that diverges, or
 * whose range test gives no rate, is done without a result. Other errors end the campaign.
 */
final class CampaignRuns {
  /** Settings that a machine may have by its environment: no result depends on them. */
  private static final List<Setting<?>> OF_THE_MACHINE =
      List.of(TrainingConfig.CACHE, TrainingConfig.MAX_CACHE, TrainingConfig.OFFLINE);

  private final Console console;
  private final Campaign campaign;
  private final Predicate<Trial> mine;
  private final Set<String> tested;

  /**
   * @param mine the trials of this machine; others are left to others
   * @param tested names of the arms whose results on test images are claimed
   */
  CampaignRuns(Console console, Campaign campaign, Predicate<Trial> mine, Set<String> tested) {
    this.console = console;
    this.campaign = campaign;
    this.mine = mine;
    this.tested = Set.copyOf(tested);
  }

  /** Runs what is not done; answers whether it came to its end without a signal. */
  boolean run(List<Arm> arms) {
    return runAll(campaign.trials(arms)) && runAll(campaign.chosenTrials(arms));
  }

  private boolean runAll(List<Trial> all) {
    campaign.requireSame(all);
    List<Trial> trials =
        all.stream()
            .filter(trial -> campaign.state(trial) != State.DONE && mine.test(trial))
            .toList();
    for (int i = 0; i < trials.size(); i++) {
      Trial trial = trials.get(i);
      // Other processes may work in the folder: each trial is looked at when its turn comes.
      Optional<RunLock> taken = campaign.taken(trial);
      if (taken.isEmpty()) {
        sayInUse(trial);
        continue;
      }
      try (RunLock lock = taken.get()) {
        State state = campaign.state(trial);
        if (state == State.IN_USE) {
          sayInUse(trial);
        } else if (state == State.DONE) {
          console.say(trial.name() + " was done by another process");
        } else {
          console.say("");
          console.say(
              Numbers.format(
                  "%d of %d: %s, seed %d (%s)",
                  i + 1, trials.size(), trial.arm().title(), trial.seed(), trial.name()));
          if (!done(trial)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private void sayInUse(Trial trial) {
    console.say(trial.name() + " is in use by another process, and is left to it");
  }

  private boolean done(Trial trial) {
    Path place = campaign.place(trial);
    long begin = System.nanoTime();
    try {
      return trial.arm().rangeTest() ? rangeTested(trial, place) : trained(trial, place);
    } catch (CancellationException e) {
      return false;
    } catch (DivergedException e) {
      console.say("Diverged: " + e.getMessage());
      keep(trial, begin, TrialResult.DIVERGED + ": " + e.reason());
    } catch (NoLearningRateException e) {
      console.say("No result: " + e.reason());
      keep(trial, begin, e.reason());
    }
    return true;
  }

  /** Keeps the failure of a trial; where a run has a folder, its record tells of it. */
  private void keep(Trial trial, long begin, String reason) {
    if (campaign.state(trial) == State.ABSENT) {
      double seconds = (System.nanoTime() - begin) / 1e9;
      Signals.uninterrupted(() -> campaign.writeFailure(trial, seconds, reason));
      console.say(
          "The trial counts as done, and the others go on. To repeat it, remove "
              + campaign.failure(trial));
    }
  }

  private TrainingConfig config(Trial trial) {
    return trial.config(campaign.data()).withEnvironment(System.getenv(), OF_THE_MACHINE);
  }

  private ResumeOptions resumed() {
    TrainingConfig here =
        TrainingConfig.defaults().withEnvironment(System.getenv(), OF_THE_MACHINE);
    return new ResumeOptions(here, 0).with(TrainingConfig.DATA, campaign.data());
  }

  private boolean trained(Trial trial, Path place) {
    try (JobProgress progress = JobProgress.ofTraining(console)) {
      RunSummary run =
          campaign.state(trial) == State.ABSENT
              ? TrainingJob.start(config(trial), place, Signals.CONTROL, images(trial), progress)
              : TrainingJob.resume(place, resumed(), Signals.CONTROL, progress);
      console.say(run.describe());
      return run.isFinished();
    }
  }

  /** Refuses images that the campaign cannot use, before the run has a folder. */
  private JobListener images(Trial trial) {
    return new JobListener() {
      @Override
      public void opened(Experiment experiment) {
        campaign.requireSameImages(trial, experiment.fingerprint());
        requireTest(trial, experiment);
      }
    };
  }

  /** Without test images a run could decide no claim about them. */
  private void requireTest(Trial trial, Experiment experiment) {
    if (tested.contains(trial.arm().name()) && experiment.test().isEmpty()) {
      throw Require.invalid(
          "--data",
          "images with a test set, since a claim measures it for the arm "
              + trial.arm().name()
              + ",",
          campaign.data() + ", which has none",
          "put a folder test beside train, or name other data");
    }
  }

  private boolean rangeTested(Trial trial, Path place) {
    TrainingConfig config = config(trial);
    long begin = System.nanoTime();
    try (JobProgress progress = JobProgress.ofTuning(console);
        Experiment experiment =
            Experiment.openForRangeTest(config, Optional.empty(), HeldBatch.WHOLE, progress)) {
      campaign.requireSameImages(trial, experiment.fingerprint());
      RangeSummary summary = RangeTests.of(experiment).run(progress);
      double seconds = (System.nanoTime() - begin) / 1e9;
      RangeTrial result =
          new RangeTrial(
              Campaign.settings(config),
              experiment.fingerprint(),
              Campaign.environment(config),
              seconds,
              FoundRate.suggested(
                  config.commandLine(
                      "find-lr",
                      TrainingConfig.settings(
                          List.of(
                              Group.DATA, Group.LEARNER, Group.AUGMENTATION, Group.RANGE_TEST))),
                  experiment.cycleSteps(),
                  experiment.conditions(),
                  Evidence.of(summary)));
      Signals.uninterrupted(
          () -> {
            RunFolder.made(campaign.folder().resolve(Campaign.RANGES));
            result.write(place);
          });
      console.say(summary.verdict().explanation());
      return true;
    }
  }
}
