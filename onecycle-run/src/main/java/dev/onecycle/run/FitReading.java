package dev.onecycle.run;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.OptionalInt;

/**
 * A reading of the gap between training and validation loss of a run.
 *
 * <p>The gap is the validation loss after an epoch less the mean training loss in it. A network
 * over-fits from where its validation loss has left its lowest value for good while its training
 * loss still falls; a gap that opens while the validation loss keeps falling does no harm, and in
 * the annihilation is what a good cycle shows. At high rates validation loss is wild whatever the
 * fit, so nothing is read before the rate has come down to a quarter of its peak or the run is at
 * its end. Only epochs that were evaluated are read: what came about between two of them is said to
 * have come about by the second.
 *
 * <p><i>Sources:</i> S. Gugger, "The 1cycle policy" (2018): high rates in the middle of the cycle
 * keep the network from over-fitting, and the gap opens only at its end. L. N. Smith, "A
 * disciplined approach to neural network hyper-parameters" (2018), sections 3 and 4: a high rate
 * regularises, so that other regularisation has to be reduced. <i>Ours:</i> the tolerances, a
 * twentieth of the loss for a rise, a tenth for a gap, below which curves differ by chance; and the
 * quarter.
 *
 * @param kind what is seen
 * @param from the epoch, zero-based, at which the gap opened or over-fitting began; empty where
 *     neither is seen
 * @param explanation one or two sentences: what is seen, and where
 * @param advice what the sources advise; may be empty
 */
public record FitReading(Kind kind, OptionalInt from, String explanation, String advice) {
  /** The kinds of readings. */
  public enum Kind {
    /** Fewer epochs than three, or no finite losses. */
    TOO_SHORT,
    /** The rate is still high. */
    TOO_EARLY,
    /** Validation loss follows training loss to the end. */
    CLOSED,
    /** Validation loss still falls, training loss falls faster. */
    OPENS,
    /** Validation loss rises while training loss falls. */
    OVERFITS,
    /** Both rise. */
    WORSENS
  }

  private static final int MIN_EPOCHS = 3;
  private static final double RISE = 0.05;
  private static final double GAP = 0.1;
  private static final double LOW_RATE = 0.25;

  /**
   * Reads the epochs of a run so far.
   *
   * @param policy that it trains by
   */
  public static FitReading of(List<EpochRecord> epochs, PolicySummary policy) {
    List<Phase> phases = policy.phases();
    List<EpochRecord> evaluated = epochs.stream().filter(e -> e.evaluated().isPresent()).toList();
    List<EpochRecord> finite = evaluated.stream().filter(FitReading::finite).toList();
    if (finite.size() < MIN_EPOCHS) {
      return new FitReading(
          Kind.TOO_SHORT,
          OptionalInt.empty(),
          Numbers.format(
              "The gap between losses can be read from %d %s on.",
              MIN_EPOCHS, evaluated.size() == epochs.size() ? "epochs" : "evaluated epochs"),
          "");
    }
    EpochRecord last = finite.get(finite.size() - 1);
    if (last.steps() < policy.steps()
        && policy.plannedRate(last.steps() - 1) > LOW_RATE * policy.peak()) {
      return new FitReading(
          Kind.TOO_EARLY,
          OptionalInt.empty(),
          "The gap between losses is read when the rate has come down: while it is high, validation"
              + " loss is wild.",
          "");
    }
    EpochRecord best = best(finite);
    if (loss(last) > loss(best) * (1 + RISE)) {
      EpochRecord next = after(best, evaluated);
      return last.trainLoss() < best.trainLoss()
          ? overfits(best, next, last, phases)
          : worsens(best, next, last, phases);
    }
    return open(last)
        ? opens(finite, evaluated, last, phases)
        : new FitReading(
            Kind.CLOSED,
            OptionalInt.empty(),
            Numbers.format(
                "Validation loss follows training loss to the end (%s against %s): the network does"
                    + " not over-fit.",
                Numbers.brief(loss(last)), Numbers.brief(last.trainLoss())),
            "It could learn more: a longer cycle, a higher peak rate, or less of the other"
                + " regularisation (weight decay, dropout).");
  }

  private static FitReading overfits(
      EpochRecord best, EpochRecord next, EpochRecord last, List<Phase> phases) {
    boolean adjacent = next.epoch() == best.epoch() + 1;
    return new FitReading(
        Kind.OVERFITS,
        OptionalInt.of(next.epoch()),
        Numbers.format(
            "The network over-fits from epoch %d %s%s: validation loss rises from %s to %s while"
                + " training loss falls from %s to %s.",
            next.epoch() + 1,
            adjacent ? "on" : "on at the latest",
            where(adjacent ? best.steps() : next.steps() - 1, phases),
            Numbers.brief(loss(best)),
            Numbers.brief(loss(last)),
            Numbers.brief(best.trainLoss()),
            Numbers.brief(last.trainLoss())),
        "High rates keep a network from over-fitting: a higher peak rate and a longer cycle, with"
            + " less of the other regularisation where the network then no longer trains. More or"
            + " stronger augmented images help too.");
  }

  private static FitReading worsens(
      EpochRecord best, EpochRecord next, EpochRecord last, List<Phase> phases) {
    return new FitReading(
        Kind.WORSENS,
        OptionalInt.of(next.epoch()),
        Numbers.format(
            "After epoch %d%s, both losses rise: validation from %s to %s, training from %s to %s."
                + " That is no over-fitting.",
            best.epoch() + 1,
            where(best.steps() - 1, phases),
            Numbers.brief(loss(best)),
            Numbers.brief(loss(last)),
            Numbers.brief(best.trainLoss()),
            Numbers.brief(last.trainLoss())),
        "A lower peak rate would keep what was learned.");
  }

  private static FitReading opens(
      List<EpochRecord> epochs, List<EpochRecord> evaluated, EpochRecord last, List<Phase> phases) {
    int opened = epochs.size() - 1;
    while (opened > 0 && open(epochs.get(opened - 1))) {
      opened--;
    }
    EpochRecord first = epochs.get(opened);
    boolean known =
        first.epoch() == 0 || evaluated.stream().anyMatch(e -> e.epoch() == first.epoch() - 1);
    boolean atTheEnd =
        phases.isEmpty() || first.steps() > phases.get(phases.size() - 1).firstStep();
    return new FitReading(
        Kind.OPENS,
        OptionalInt.of(first.epoch()),
        Numbers.format(
            "A gap opens %s epoch %d%s, and is %s at the end (validation %s, training %s), while"
                + " validation loss does not rise.",
            known ? "at" : "by",
            first.epoch() + 1,
            where(first.steps() - 1, phases),
            Numbers.brief(last.gap().orElseThrow()),
            Numbers.brief(loss(last)),
            Numbers.brief(last.trainLoss())),
        atTheEnd
            ? "So it should be: low rates at the end fit the training images, after high rates have"
                + " kept the network from it."
            : "A gap before the rate is annihilated leaves room: a higher peak rate or a longer"
                + " cycle would hold it back, with less of the other regularisation (weight decay,"
                + " dropout) so that the network still trains.");
  }

  private static String where(long step, List<Phase> phases) {
    return phases.stream()
        .filter(p -> p.firstStep() <= step && step <= p.lastStep())
        .findFirst()
        .map(p -> ", in the " + p.name())
        .orElse("");
  }

  private static EpochRecord best(List<EpochRecord> epochs) {
    EpochRecord best = epochs.get(0);
    for (EpochRecord epoch : epochs) {
      if (loss(epoch) < loss(best)) {
        best = epoch;
      }
    }
    return best;
  }

  private static boolean open(EpochRecord epoch) {
    return epoch.gap().orElseThrow() > GAP * loss(epoch);
  }

  private static double loss(EpochRecord evaluated) {
    return evaluated.evaluated().orElseThrow().loss();
  }

  /** The epoch that was evaluated next, at which is seen what came after this one. */
  private static EpochRecord after(EpochRecord epoch, List<EpochRecord> evaluated) {
    return evaluated.get(evaluated.indexOf(epoch) + 1);
  }

  private static boolean finite(EpochRecord epoch) {
    return Double.isFinite(epoch.trainLoss()) && Double.isFinite(loss(epoch));
  }
}
