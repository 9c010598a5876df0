package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.SaveOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A run that is gone on with.
 *
 * @param console where it speaks
 * @param folder of the run
 * @param extendEpochs to be added to it
 * @param data where its images are now; null for where they were
 * @param saving how it is kept from being lost from now on
 * @param given the options among those that were said; for others, what the run was begun with
 */
record ResumeRun(
    Console console,
    Path folder,
    int extendEpochs,
    @Nullable String data,
    SaveOptions saving,
    Set<String> given) {
  /** What a result in bits depends on, of the environment. */
  private static final List<String> DECISIVE =
      List.of("onecycle", "engine", "kernels", "processor", "java");

  /** Runs; answers the exit code. */
  int run() {
    RunRecord record = RunFolder.read(folder);
    if (record.status() == Status.FINISHED) {
      return finished(record);
    }
    Signals.watch();
    try (RunLock lock = Signals.uninterrupted(() -> RunLock.take(folder))) {
      // Read again: another process may have had it until now.
      RunRecord current = RunFolder.read(folder);
      return current.status() == Status.FINISHED ? finished(current) : unfinished(current, lock);
    }
  }

  private int unfinished(RunRecord record, RunLock lock) {
    RunRequest asked = request(record);
    DataSplits images = asked.data().open(console, asked.options().seed);
    requireSame("images", record.data().fingerprint(), images.fingerprint());
    Setup setup =
        asked
            .options()
            .setup(
                images.train().shape(),
                images.train().classes().size(),
                asked.choice().momentumAtPeak());
    requireSame(record.conditions(), setup.conditions(images.trainingFingerprint()));
    sayWhatChanged(record);
    try (Learner learner = Learner.prepare(setup.network(), images.train(), setup.settings())) {
      console.say(Session.sentence(learner));
      return resumed(lock, record, asked, images, learner.normalization(), learner);
    }
  }

  /** Nothing is left to do. */
  private int finished(RunRecord record) {
    requireExtensible(extendEpochs == 0, "that is over");
    console.say("The run is over; there is nothing left to do.");
    RunSummary.report(console, folder, record, RunHistory.read(folder).epochs());
    return ExitCode.OK;
  }

  private void requireExtensible(boolean holds, String which) {
    if (!holds) {
      throw Require.invalid(
          "--extend-epochs",
          "left out for a run " + which + ",",
          extendEpochs,
          "its rate is annihilated: train anew with more --epochs");
    }
  }

  private RunRequest request(RunRecord record) {
    try {
      RunRequest asked = RunRequest.of(record);
      DataArguments arguments = asked.data();
      if (data != null) {
        Require.that(
            RunRequest.arguments(record).get(0).equals("train"),
            "--data",
            "left out for a run of onecycle demo, which draws its images,",
            data,
            asked);
        arguments.location = data;
      }
      return new RunRequest(
          asked.options(),
          asked.choice(),
          asked.reestimate(),
          asked.evaluateEvery(),
          arguments,
          asked.tensorboard(),
          saving.or(asked.saving(), given));
    } catch (BadDataException e) {
      throw new BadDataException(folder.resolve(RunFolder.RECORD) + ": " + e.getMessage(), e);
    }
  }

  private int resumed(
      RunLock lock,
      RunRecord record,
      RunRequest asked,
      DataSplits images,
      Normalization normalization,
      Learner learner) {
    Policy policy = policy(record, asked);
    TrainingPlan plan = plan(record, asked, policy, images.train().size());
    RunRecord going =
        record.withConfig(record.config(), Map.of("arguments", arguments(record))).withoutEnd();
    Session session =
        new Session(console, folder, asked, learner, normalization, images, plan, policy, going);
    TrainingPosition from = session.restore().orElse(TrainingPosition.START);
    if (extendEpochs > 0) {
      int perEpoch = plan.sampler(images.train().size()).batchesPerEpoch();
      going = extended(going, policy, from, (long) extendEpochs * perEpoch);
      policy = policy(going, asked);
      session.amend(policy, plan(going, asked, policy, images.train().size()), going);
    }
    console.say(Numbers.format("Going on from step %,d of %,d", from.step(), policy.steps()));
    console.say(policy.describe());
    try (RunFolder files = reopen(lock, going, from, images)) {
      return session.run(files, from);
    }
  }

  /** Reopens the folder, or changes nothing where a signal has come. */
  private RunFolder reopen(
      RunLock lock, RunRecord going, TrainingPosition from, DataSplits images) {
    if (Signals.stopRequested()) {
      throw new CancellationException();
    }
    return Signals.uninterrupted(
        () -> {
          RunFolder files = RunFolder.reopen(folder, lock, from, Session.pictures(images));
          files.write(going);
          return files;
        });
  }

  private RunRecord extended(RunRecord record, Policy policy, TrainingPosition from, long steps) {
    requireExtensible(from.step() < policy.steps(), "that has made all its steps");
    Amendment amendment =
        new Amendment(from.step(), 1, steps, "resumed with --extend-epochs " + extendEpochs);
    List<Amendment> amendments = new ArrayList<>(record.amendments());
    amendments.add(amendment);
    Map<String, Object> settings = new LinkedHashMap<>(record.settings());
    settings.put("epochs", Integer.parseInt(settings.get("epochs") + "") + extendEpochs);
    return record
        .withConfig(settings, record.resolved())
        .withPolicy(amendment.to(policy), amendments);
  }

  /** The words of the record, with the images where they are now. */
  private List<String> arguments(RunRecord record) {
    List<String> words = new ArrayList<>(RunRequest.arguments(record));
    if (data != null && words.size() > 1) {
      words.set(1, DataArguments.of(data).absolute());
    }
    return words;
  }

  /** The policy of the record, made again; an error where it comes out another. */
  private Policy policy(RunRecord record, RunRequest asked) {
    long added = record.amendments().stream().mapToLong(Amendment::addedSteps).sum();
    String peak = record.settings().get("learning_rate") + "";
    try {
      Policy first = asked.choice().over(record.policy().steps() - added, Double.parseDouble(peak));
      Policy policy = Amendment.all(first, record.amendments());
      if (policy.name().equals(record.policy().name())
          && Math.abs(policy.peak() / record.policy().peak() - 1) < 1e-9) {
        return policy;
      }
    } catch (InvalidValueException | NumberFormatException e) {
      throw contradiction(record, e);
    }
    throw contradiction(record, null);
  }

  private BadDataException contradiction(RunRecord record, @Nullable Throwable cause) {
    String message =
        folder.resolve(RunFolder.RECORD)
            + " has a policy that its settings do not give: "
            + record.policy().description();
    return cause == null ? new BadDataException(message) : new BadDataException(message, cause);
  }

  private static TrainingPlan plan(RunRecord record, RunRequest asked, Policy policy, int images) {
    int epochs = Integer.parseInt(record.settings().get("epochs") + "");
    return asked.plan(epochs).withSteps(policy.steps(), images);
  }

  private void requireSame(String name, String then, String now) {
    if (!then.equals(now)) {
      throw Require.invalid(
          name,
          "those that " + folder + " was begun with, " + then + ",",
          now,
          "name where those are with --data, or train anew on these");
    }
  }

  private void requireSame(Conditions then, Conditions now) {
    for (Conditions.Difference d : then.differencesTo(now)) {
      throw Require.invalid(
          d.name(), d.found() + ", as in " + folder + ",", d.now(), "train anew under these");
    }
  }

  /** What may change the last bits of the result and nothing else. */
  private void sayWhatChanged(RunRecord record) {
    Map<String, String> now = Session.environment();
    for (String name : DECISIVE) {
      String then = record.environment().getOrDefault(name, "unknown");
      String is = now.getOrDefault(name, "unknown");
      if (!then.equals(is)) {
        console.answer(
            "The run goes on, but perhaps not to the same bits: "
                + name
                + " was "
                + then
                + " and is "
                + is);
      }
    }
  }
}
