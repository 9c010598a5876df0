package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.range.RangeTest;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.tune.SweepPlan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The results that a sweep or a tuning keeps in a file as they come, and the words about them for
 * someone who wants to go on after an interruption.
 *
 * @param journal that keeps them
 * @param again the command that goes on, as a line for a shell
 */
record KeptResults(TuningJournal journal, String again) {
  /**
   * Opens the file, new or of an interrupted call.
   *
   * @param request everything that the results depend on
   */
  static KeptResults open(Path file, Map<String, String> request, String again) {
    return new KeptResults(TuningJournal.openFile(file, request, Signals::uninterrupted), again);
  }

  /** Everything that range tests and short cycles depend on, by name. */
  static Map<String, String> request(Experiment experiment, SweepPlan plan) {
    TrainingConfig config = experiment.config();
    Map<String, String> request = new LinkedHashMap<>(experiment.conditions().byName());
    RangeTest test = plan.test();
    request.put("seed", config.get(TrainingConfig.SEED).toString());
    request.put(
        "range_test",
        Numbers.format(
            "%s, %s to %s in %d steps, at most to %s",
            test.ramp().name().toLowerCase(Locale.ROOT),
            Numbers.brief(test.start()),
            Numbers.brief(test.end()),
            test.steps(),
            Numbers.brief(test.limit())));
    request.put("range_batches", Integer.toString(plan.loss().batches()));
    request.put("range_loss", plan.loss().images().name().toLowerCase(Locale.ROOT));
    request.put("images_of_a_range_test", Integer.toString(plan.minImages()));
    request.put("range_tests_of_a_candidate", Integer.toString(plan.repeats()));
    request.put("epochs_of_a_short_cycle", Integer.toString(plan.cycles().epochs()));
    if (plan.cycles().peak().isPresent()) {
      request.put("max_lr", Numbers.exact(plan.cycles().peak().getAsDouble()));
    }
    request.put("policy", config.policyChoice().toString());
    return request;
  }

  /** The memory of the results; no work is begun after a signal, unless other ranks have begun. */
  Memo memo(ProcessGroup ranks) {
    return ranks.isAlone() ? new InterruptibleWork(journal) : journal;
  }

  /** Says at the beginning where results go, for nothing can be said after kill -9. */
  void sayBegin(Console console) {
    if (journal.size() > 0) {
      console.say(
          Numbers.format(
              "Going on with %s, which has %s already.",
              journal.file(), Counts.of(journal.size(), "result", "results")));
    }
    console.say(
        "Each result is kept in "
            + journal.file()
            + " as soon as it is there. After an interruption this goes on and repeats none: "
            + again);
  }

  /** Says at an interruption what is kept, and how to go on. */
  void sayInterrupted(Console console) {
    console.answer(
        Numbers.format(
            "Interrupted. %s kept in %s. To go on: %s",
            journal.size() == 1 ? "1 result is" : Numbers.format("%,d results are", journal.size()),
            journal.file(),
            again));
  }
}
