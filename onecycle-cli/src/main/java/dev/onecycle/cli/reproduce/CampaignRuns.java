package dev.onecycle.cli.reproduce;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.reproduce.Campaign.State;
import dev.onecycle.error.DivergedException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;

/** Runs the trials of a campaign that are not done, one after the other. */
final class CampaignRuns {
  private final Console console;
  private final Campaign campaign;
  private final Predicate<Trial> mine;

  /**
   * @param mine the trials of this machine; others are left to others
   */
  CampaignRuns(Console console, Campaign campaign, Predicate<Trial> mine) {
    this.console = console;
    this.campaign = campaign;
    this.mine = mine;
  }

  /** Runs what is not done; answers whether it came to its end without a signal. */
  boolean run(List<Arm> arms) {
    return runAll(campaign.trials(arms)) && runAll(campaign.chosenTrials(arms));
  }

  private boolean runAll(List<Trial> all) {
    campaign.requireSame(all);
    List<Trial> trials = new ArrayList<>();
    for (Trial trial : all) {
      State state = campaign.state(trial);
      if (state == State.IN_USE) {
        console.say(trial.name() + " is in use by another process, and is left to it");
      } else if (state != State.DONE && mine.test(trial)) {
        trials.add(trial);
      }
    }
    for (int i = 0; i < trials.size(); i++) {
      Trial trial = trials.get(i);
      console.say("");
      console.say(
          Numbers.format(
              "%d of %d: %s, seed %d (%s)",
              i + 1, trials.size(), trial.arm().title(), trial.seed(), trial.name()));
      if (!done(trial)) {
        return false;
      }
    }
    return true;
  }

  private boolean done(Trial trial) {
    Path place = campaign.place(trial);
    RunFolder.made(campaign.folder().resolve(Campaign.RANGES));
    try {
      return trial.arm().rangeTest() ? rangeTested(trial, place) : trained(trial, place);
    } catch (CancellationException e) {
      return false;
    }
  }

  private boolean trained(Trial trial, Path place) {
    try (JobProgress progress = JobProgress.ofTraining(console)) {
      RunSummary run =
          campaign.state(trial) == State.ABSENT
              ? TrainingJob.start(
                  trial.config(campaign.data()), place, Signals.CONTROL, images(trial), progress)
              : TrainingJob.resume(
                  place,
                  ResumeOptions.NONE.with(TrainingConfig.DATA, campaign.data()),
                  Signals.CONTROL,
                  progress);
      console.say(run.describe());
      return run.isFinished();
    } catch (DivergedException e) {
      console.say("Diverged: " + e.getMessage());
      return true;
    }
  }

  /** Refuses other images than those of the campaign, before the run has a folder. */
  private JobListener images(Trial trial) {
    return new JobListener() {
      @Override
      public void opened(Experiment experiment) {
        campaign.requireSameImages(trial, experiment.fingerprint());
      }
    };
  }

  private boolean rangeTested(Trial trial, Path place) {
    TrainingConfig config = trial.config(campaign.data());
    long begin = System.nanoTime();
    try (JobProgress progress = JobProgress.ofTuning(console);
        Experiment experiment = Experiment.openForRangeTest(config, Optional.empty(), progress)) {
      campaign.requireSameImages(trial, experiment.fingerprint());
      RangeSummary summary = RangeTests.of(experiment).run(progress);
      double seconds = (System.nanoTime() - begin) / 1e9;
      RangeTrial result =
          new RangeTrial(
              config.toMap(),
              experiment.fingerprint(),
              Campaign.environment(),
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
      Signals.uninterrupted(() -> result.write(place));
      console.say(summary.verdict().explanation());
      return true;
    }
  }
}
