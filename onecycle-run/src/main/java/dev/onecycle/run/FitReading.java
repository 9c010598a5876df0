package dev.onecycle.run;

import dev.onecycle.math.ShareInterval;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.OptionalInt;

/**
 * A reading of the losses of a run: whether the network has learned, and whether it overfits.
 *
 * <p>The first question is whether anything was learned: a network at chance level, and one whose
 * training exploded, cannot overfit. The second is whether the evaluation images can show a
 * difference: differences that may be chance get no advice. Then the gap is read: the validation
 * loss after an epoch minus the mean training loss of the epoch. A network overfits from the epoch
 * after which its validation loss never comes back to its lowest value, while the training loss
 * still falls. A gap that opens while the validation loss falls does no harm.
 *
 * <p>At high rates the validation loss varies a lot, whatever the fit. So nothing is read before
 * the rate has fallen to a quarter of its peak or the run is at its end. Only epochs that were
 * evaluated are read: a change between two of them is dated by the second.
 *
 * <p><i>Sources:</i> S. Gugger, "The 1cycle policy" (2018): high rates in the middle of the cycle
 * keep the network from overfitting, and the gap opens only at its end. L. N. Smith, "A disciplined
 * approach to neural network hyper-parameters" (2018), sections 3 and 4: a high rate regularises,
 * so that other regularisation has to be reduced. <i>Ours:</i> the comparison with chance; the
 * tolerances, a twentieth of the loss for a rise and a tenth for a gap, if the noise is not larger;
 * four times the chance loss for an explosion; and the quarter.
 *
 * @param kind of reading
 * @param from the epoch, zero-based, at which the gap opened or overfitting began; otherwise empty
 * @param explanation one or two sentences
 * @param advice from the sources; may be empty
 */
public record FitReading(Kind kind, OptionalInt from, String explanation, String advice) {
  /** The kinds of readings. */
  public enum Kind {
    /** Training exploded, and the losses stayed high or the run ended. */
    EXPLODED,
    /** Fewer than three evaluated epochs, or no finite losses. */
    TOO_SHORT,
    /** The rate is still high. */
    TOO_EARLY,
    /** The evaluation images cannot tell the network from chance. */
    TOO_FEW_IMAGES,
    /** The network is at chance level. */
    NOT_LEARNED,
    /** The losses of the first epochs were far above chance; then the network learned. */
    RECOVERED,
    /** Every evaluation image is classified correctly. */
    NO_MISTAKE,
    /** The differences between losses may be chance. */
    WITHIN_NOISE,
    /** The validation loss follows the training loss to the end. */
    CLOSED,
    /** The validation loss still falls, the training loss falls faster. */
    OPENS,
    /** The validation loss rises while the training loss falls. */
    OVERFITS,
    /** Both rise. */
    WORSENS
  }

  private static final int MIN_EPOCHS = 3;
  private static final double RISE = 0.05;
  private static final double GAP = 0.1;
  private static final double LOW_RATE = 0.25;

  /** Losses above this many times the chance loss are an explosion. */
  private static final double EXPLOSION = 4;

  /** An interval of accuracies that is wider than this cannot tell a network from chance. */
  private static final double COARSE = 0.1;

  /** If the share of mistakes may be below this, more training need not help. */
  private static final double FEW_MISTAKES = 0.01;

  /** If the noise is above this share of a loss, the losses of two epochs cannot be compared. */
  private static final double NOISY = 0.3;

  /** Noise below this share of the chance loss does not matter. */
  private static final double NEGLIGIBLE = 0.05;

  /** Reads the epochs of a run so far. */
  public static FitReading of(RunHistory history, ChanceLevel chance) {
    return new Reader(history, chance).read();
  }

  private static FitReading of(Kind kind, String explanation, String advice) {
    return new FitReading(kind, OptionalInt.empty(), explanation, advice);
  }

  private static final class Reader {
    private final RunHistory history;
    private final RunRecord record;
    private final PolicySummary policy;
    private final ChanceLevel chance;
    private final List<EpochRecord> evaluated;
    private final List<EpochRecord> finite;

    Reader(RunHistory history, ChanceLevel chance) {
      this.history = history;
      this.chance = chance;
      record = history.record();
      policy = record.policy();
      evaluated = history.epochs().stream().filter(e -> e.evaluated().isPresent()).toList();
      finite = evaluated.stream().filter(Reader::isFinite).toList();
    }

    FitReading read() {
      if (exploded()) {
        return of(
            Kind.EXPLODED,
            record.status() == Status.DIVERGED
                ? "Training diverged: the loss rose instead of falling."
                : Numbers.format(
                    "Training exploded: the losses are far above %s, the loss of a network that"
                        + " guesses.",
                    Numbers.brief(chance.loss())),
            "A lower peak rate trains: measure it with a range test, or try a third.");
      }
      if (finite.isEmpty() || atHighRate() && finite.size() < MIN_EPOCHS) {
        return tooShort();
      }
      if (atHighRate()) {
        return of(
            Kind.TOO_EARLY,
            "The gap between the losses is read when the learning rate has come down: at a high rate"
                + " the validation loss varies a lot.",
            "");
      }
      EpochRecord last = finite.get(finite.size() - 1);
      Evaluated result = last.evaluated().orElseThrow();
      if (!chance.learned(result)) {
        return atChance(result);
      }
      if (highStart()) {
        return recovered(last);
      }
      if (chance.ofClasses() && chance.correct(result.accuracy()) == chance.images()) {
        return of(
            Kind.NO_MISTAKE,
            Numbers.format(
                "All %,d evaluation %s are classified correctly. These %2$s cannot show whether"
                    + " other settings are better.",
                chance.images(), record.task().noun()),
            "");
      }
      return finite.size() < MIN_EPOCHS ? tooShort() : gap(last);
    }

    /**
     * Whether the program stopped the training, or the last losses are far above chance. While the
     * rate is high only training losses count.
     */
    private boolean exploded() {
      if (record.status() == Status.DIVERGED) {
        return true;
      }
      if (history.epochs().isEmpty()) {
        return false;
      }
      EpochRecord last = history.epochs().get(history.epochs().size() - 1);
      boolean learned = last.evaluated().filter(chance::learned).isPresent();
      return high(last.trainLoss()) && !learned
          || !atHighRate() && last.evaluated().filter(e -> high(e.loss())).isPresent() && !learned;
    }

    /** Whether a loss is far above chance, or not a number. */
    private boolean high(double loss) {
      return chance.known() ? !(loss <= EXPLOSION * chance.loss()) : !Double.isFinite(loss);
    }

    /** Whether the training is under way at a rate above a quarter of its peak. */
    private boolean atHighRate() {
      if (history.epochs().isEmpty()) {
        return true;
      }
      long steps = history.epochs().get(history.epochs().size() - 1).steps();
      return steps < policy.steps() && policy.plannedRate(steps - 1) > LOW_RATE * policy.peak();
    }

    private FitReading tooShort() {
      return of(
          Kind.TOO_SHORT,
          Numbers.format(
              "The gap between the losses can be read after %d %s.",
              MIN_EPOCHS,
              evaluated.size() == history.epochs().size() ? "epochs" : "evaluated epochs"),
          "");
    }

    private FitReading atChance(Evaluated result) {
      if (!chance.ofClasses()) {
        return of(
            Kind.NOT_LEARNED,
            Numbers.format(
                "The network has not learned: its validation loss of %s is no better than that of a"
                    + " network that gives every sample the same answer, %s.",
                Numbers.brief(result.loss()), Numbers.brief(chance.loss())),
            notLearnedAdvice());
      }
      ShareInterval interval = chance.interval(result.accuracy());
      if (interval.width() > COARSE && interval.high() > chance.accuracy()) {
        return of(
            Kind.TOO_FEW_IMAGES,
            Numbers.format(
                "%,d evaluation %s are too few to say whether the network has learned: an"
                    + " accuracy of %s on them stands for %.0f to %.0f %%, and guessing gives %s.",
                chance.images(),
                record.task().noun(),
                percent(result.accuracy()),
                100 * interval.low(),
                100 * interval.high(),
                percent(chance.accuracy())),
            "Evaluate on more " + record.task().noun() + " before a setting is changed.");
      }
      return of(
          Kind.NOT_LEARNED,
          Numbers.format(
              "The network has not learned: its accuracy of %s and its validation loss of %s are no"
                  + " better than guessing (%s, %s).",
              percent(result.accuracy()),
              Numbers.brief(result.loss()),
              percent(chance.accuracy()),
              Numbers.brief(chance.loss())),
          notLearnedAdvice());
    }

    private String notLearnedAdvice() {
      return highStart()
          ? "The losses of the first epoch were far higher, so the first updates were too large:"
              + " a lower peak rate is the first thing to try."
          : "Check the labels, then the number of steps and the peak rate: a range test shows at"
              + " which rates the loss falls. A higher rate helps only if the training loss fell"
              + " all the time.";
    }

    /** Whether the first epoch had losses far above chance. */
    private boolean highStart() {
      return high(history.epochs().get(0).trainLoss());
    }

    private FitReading recovered(EpochRecord last) {
      double first = history.epochs().get(0).trainLoss();
      boolean beforeTheFirstUpdate =
          !history.steps().isEmpty() && high(history.steps().get(0).loss());
      return of(
          Kind.RECOVERED,
          Numbers.format(
              "The training loss of epoch 1 is %s, far above the %s of a network that guesses. Later"
                  + " the network has learned: its validation loss at the end is %s.",
              Numbers.brief(first), Numbers.brief(chance.loss()), Numbers.brief(loss(last))),
          beforeTheFirstUpdate
              ? "The loss was high before the first update, so the network's first outputs are too"
                  + " large: check that the "
                  + (chance.ofClasses()
                      ? record.task().noun() + " are normalised"
                      : "targets are near 0 and 1")
                  + " and the weights initialised."
              : "The first updates were too large: a lower peak rate or a longer warm-up saves these"
                  + " epochs.");
    }

    private FitReading gap(EpochRecord last) {
      EpochRecord best = best();
      double rise = loss(last) - loss(best);
      if (rise > Math.max(RISE * loss(best), chance.noise(loss(best)))) {
        return last.trainLoss() < best.trainLoss() ? overfits(best, last) : worsens(best, last);
      }
      if (open(last)) {
        return opens(last);
      }
      double noise = chance.noise(loss(last));
      if (noise > NOISY * loss(last) && noise > NEGLIGIBLE * chance.loss()) {
        return of(
            Kind.WITHIN_NOISE,
            Numbers.format(
                "%,d evaluation %s are too few to read the gap between the losses: differences of"
                    + " %s are chance.",
                chance.images(), record.task().noun(), Numbers.rounded(noise, 2)),
            "");
      }
      return of(
          Kind.CLOSED,
          Numbers.format(
              "The validation loss follows the training loss to the end (%s and %s): the network does"
                  + " not overfit.",
              Numbers.brief(loss(last)), Numbers.brief(last.trainLoss())),
          canImprove(last)
              ? "It can learn more: a longer cycle, a higher peak rate, or less of the other"
                  + " regularisation (weight decay, dropout)."
              : "");
    }

    private boolean canImprove(EpochRecord last) {
      double accuracy = last.evaluated().orElseThrow().accuracy();
      return !chance.ofClasses() || 1 - chance.interval(accuracy).high() > FEW_MISTAKES;
    }

    private FitReading overfits(EpochRecord best, EpochRecord last) {
      EpochRecord next = after(best);
      boolean adjacent = next.epoch() == best.epoch() + 1;
      return new FitReading(
          Kind.OVERFITS,
          OptionalInt.of(next.epoch()),
          Numbers.format(
              "The network overfits from epoch %d%s%s: the validation loss rises from %s to %s while"
                  + " the training loss falls from %s to %s.",
              next.epoch() + 1,
              adjacent ? "" : " at the latest",
              where(adjacent ? best.steps() : next.steps() - 1),
              Numbers.brief(loss(best)),
              Numbers.brief(loss(last)),
              Numbers.brief(best.trainLoss()),
              Numbers.brief(last.trainLoss())),
          "High rates keep a network from overfitting: try a higher peak rate and a longer cycle, and"
              + " reduce the other regularisation if the network then no longer trains. "
              + (record.task().noun().equals("images")
                  ? "More or stronger augmented images help too."
                  : "More training samples help too."));
    }

    private FitReading worsens(EpochRecord best, EpochRecord last) {
      return new FitReading(
          Kind.WORSENS,
          OptionalInt.of(after(best).epoch()),
          Numbers.format(
              "After epoch %d%s, both losses rise: validation from %s to %s, training from %s to %s."
                  + " This is not overfitting.",
              best.epoch() + 1,
              where(best.steps() - 1),
              Numbers.brief(loss(best)),
              Numbers.brief(loss(last)),
              Numbers.brief(best.trainLoss()),
              Numbers.brief(last.trainLoss())),
          "Try a lower peak rate.");
    }

    private FitReading opens(EpochRecord last) {
      int opened = finite.size() - 1;
      while (opened > 0 && open(finite.get(opened - 1))) {
        opened--;
      }
      EpochRecord first = finite.get(opened);
      boolean known =
          first.epoch() == 0 || evaluated.stream().anyMatch(e -> e.epoch() == first.epoch() - 1);
      List<Phase> phases = policy.phases();
      boolean atTheEnd =
          phases.isEmpty() || first.steps() > phases.get(phases.size() - 1).firstStep();
      return new FitReading(
          Kind.OPENS,
          OptionalInt.of(first.epoch()),
          Numbers.format(
              "A gap opens %s epoch %d%s. At the end it is %s (validation %s, training %s), while the"
                  + " validation loss does not rise.",
              known ? "at" : "by",
              first.epoch() + 1,
              where(first.steps() - 1),
              Numbers.brief(last.gap().orElseThrow()),
              Numbers.brief(loss(last)),
              Numbers.brief(last.trainLoss())),
          atTheEnd
              ? "This is normal: the low rates at the end fit the training "
                  + record.task().noun()
                  + " more closely."
              : canImprove(last)
                  ? "A gap that opens before the end leaves room: a higher peak rate or a longer cycle"
                      + " keeps it smaller. Reduce the other regularisation (weight decay, dropout) if"
                      + " the network then no longer trains."
                  : "");
    }

    private String where(long step) {
      return policy.phases().stream()
          .filter(p -> p.firstStep() <= step && step <= p.lastStep())
          .findFirst()
          .map(p -> ", in the " + p.name())
          .orElse("");
    }

    private EpochRecord best() {
      EpochRecord best = finite.get(0);
      for (EpochRecord epoch : finite) {
        if (loss(epoch) < loss(best)) {
          best = epoch;
        }
      }
      return best;
    }

    private boolean open(EpochRecord epoch) {
      double loss = loss(epoch);
      return epoch.gap().orElseThrow() > Math.max(GAP * loss, chance.noise(loss));
    }

    /** The epoch that was evaluated next. */
    private EpochRecord after(EpochRecord epoch) {
      return evaluated.get(evaluated.indexOf(epoch) + 1);
    }

    private static double loss(EpochRecord evaluated) {
      return evaluated.evaluated().orElseThrow().loss();
    }

    private static boolean isFinite(EpochRecord epoch) {
      return Double.isFinite(epoch.trainLoss()) && Double.isFinite(loss(epoch));
    }

    private static String percent(double share) {
      return Numbers.format("%.1f %%", 100 * share);
    }
  }
}
