package dev.onecycle.run.files;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.Readings;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.Measure;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.PlannedStep;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The names that the values of {@code onecycle-core} have in stored files. They stand here, since
 * core has no dependency. A component that is renamed in core keeps its name in files: its line
 * here is renamed with it, and {@code StoredNamesTest} fails where one is missing.
 */
final class JsonNames extends SimpleModule {
  private static final long serialVersionUID = 1;

  JsonNames() {
    super("onecycle");
    setMixInAnnotation(EpochRecord.class, AsRow.class);
    setMixInAnnotation(Measure.class, MeasureNames.class);
    setMixInAnnotation(LossWatch.class, LossWatchNames.class);
    setMixInAnnotation(RangePoint.class, RangePointNames.class);
    setMixInAnnotation(RangeStop.class, RangeStopNames.class);
    setMixInAnnotation(Readings.class, ReadingsNames.class);
    setMixInAnnotation(Verdict.class, VerdictNames.class);
    setMixInAnnotation(LossScale.class, LossScaleNames.class);
    setMixInAnnotation(RangeResult.class, RangeResultNames.class);
    setMixInAnnotation(RangeSummary.class, RangeSummaryNames.class);
    setMixInAnnotation(CycleOutcome.class, CycleOutcomeNames.class);
    setMixInAnnotation(Candidate.class, CandidateNames.class);
    setMixInAnnotation(Sweep.class, SweepNames.class);
    setMixInAnnotation(BatchSizes.class, BatchSizesNames.class);
    setMixInAnnotation(BatchTrial.class, BatchTrialNames.class);
    setMixInAnnotation(BatchSizeResult.class, BatchSizeResultNames.class);
    setMixInAnnotation(TuningResult.class, TuningResultNames.class);
    setMixInAnnotation(Phase.class, PhaseNames.class);
    setMixInAnnotation(PlannedStep.class, PlannedStepNames.class);
    setMixInAnnotation(Amendment.class, AmendmentNames.class);
    setMixInAnnotation(StopReason.class, StopReasonNames.class);
    setMixInAnnotation(Measure.Better.class, BetterNames.class);
    setMixInAnnotation(Verdict.Kind.class, KindNames.class);
    setMixInAnnotation(Hyperparameter.class, HyperparameterNames.class);
  }

  @JsonSerialize(converter = ToRow.class)
  @JsonDeserialize(converter = FromRow.class)
  private interface AsRow {}

  /** An epoch as an object of a JSON file: the values of its evaluation are all there, or null. */
  static final class EpochRow {
    private final EpochRecord epoch;

    private EpochRow(EpochRecord epoch) {
      this.epoch = epoch;
    }

    @JsonCreator
    static EpochRow read(
        @JsonProperty("epoch") int epoch,
        @JsonProperty("steps") long steps,
        @JsonProperty("train_loss") double trainLoss,
        @JsonProperty("evaluation_loss") Optional<Double> loss,
        @JsonProperty("metrics") Map<String, Double> metrics,
        @JsonProperty("samples_per_second") double samplesPerSecond,
        @JsonProperty("train_seconds") double trainSeconds,
        @JsonProperty("evaluation_seconds") Optional<Double> seconds) {
      if (seconds.isPresent() != loss.isPresent()
          || (loss.isEmpty() && !metrics.isEmpty())
          || metrics.containsValue(null)) {
        throw new InvalidValueException(
            "the evaluation of epoch " + epoch,
            "there as a whole or not at all",
            Numbers.format(
                "loss %s, metrics %s, seconds %s", text(loss), metrics.keySet(), text(seconds)),
            "resume from an older checkpoint");
      }
      return new EpochRow(
          new EpochRecord(
              epoch,
              steps,
              trainLoss,
              samplesPerSecond,
              trainSeconds,
              loss.map(l -> new Evaluated(l, metrics, seconds.orElseThrow()))));
    }

    private static String text(Optional<Double> value) {
      return value.map(Numbers::exact).orElse("none");
    }

    @JsonProperty("epoch")
    int epoch() {
      return epoch.epoch();
    }

    @JsonProperty("steps")
    long steps() {
      return epoch.steps();
    }

    @JsonProperty("train_loss")
    double trainLoss() {
      return epoch.trainLoss();
    }

    @JsonProperty("evaluation_loss")
    Optional<Double> evaluationLoss() {
      return epoch.evaluated().map(Evaluated::loss);
    }

    @JsonProperty("metrics")
    Map<String, Double> metrics() {
      return epoch.evaluated().map(Evaluated::metrics).orElse(Map.of());
    }

    @JsonProperty("samples_per_second")
    double samplesPerSecond() {
      return epoch.samplesPerSecond();
    }

    @JsonProperty("train_seconds")
    double trainSeconds() {
      return epoch.trainSeconds();
    }

    @JsonProperty("evaluation_seconds")
    Optional<Double> evaluationSeconds() {
      return epoch.evaluated().map(Evaluated::seconds);
    }
  }

  private static final class ToRow extends StdConverter<EpochRecord, EpochRow> {
    @Override
    public EpochRow convert(EpochRecord epoch) {
      return new EpochRow(epoch);
    }
  }

  private static final class FromRow extends StdConverter<EpochRow, EpochRecord> {
    @Override
    public EpochRecord convert(EpochRow row) {
      return row.epoch;
    }
  }

  private interface MeasureNames {
    @JsonProperty("name")
    String name();

    @JsonProperty("title")
    String title();

    @JsonProperty("better")
    Measure.Better better();

    @JsonProperty("share")
    boolean share();
  }

  private interface LossWatchNames {
    @JsonProperty("reference")
    double reference();

    @JsonProperty("above")
    List<Long> above();

    @JsonProperty("raised_from")
    long raisedFrom();

    @JsonProperty("since")
    long since();
  }

  private interface RangePointNames {
    @JsonProperty("step")
    int step();

    @JsonProperty("learning_rate")
    double learningRate();

    @JsonProperty("loss")
    double loss();

    @JsonProperty("smoothed")
    double smoothed();
  }

  private interface RangeStopNames {
    @JsonProperty("reason")
    StopReason reason();

    @JsonProperty("factor")
    double factor();

    @JsonProperty("extended")
    boolean extended();
  }

  private interface ReadingsNames {
    @JsonProperty("edge")
    OptionalDouble edge();

    @JsonProperty("trough")
    OptionalDouble trough();

    @JsonProperty("minimum")
    OptionalDouble minimum();

    @JsonProperty("steepest")
    OptionalDouble steepest();

    @JsonProperty("valley")
    OptionalDouble valley();
  }

  private interface VerdictNames {
    @JsonProperty("kind")
    Verdict.Kind kind();

    @JsonProperty("finding")
    String finding();

    @JsonProperty("advice")
    String advice();
  }

  private interface RangeResultNames {
    @JsonProperty("points")
    List<RangePoint> points();

    @JsonProperty("stop")
    RangeStop stop();

    @JsonProperty("momentum")
    double momentum();

    @JsonProperty("scale")
    Optional<LossScale> scale();

    @JsonProperty("readings")
    Readings readings();

    @JsonProperty("verdict")
    Verdict verdict();

    @JsonProperty(value = "suggestion", access = JsonProperty.Access.READ_ONLY)
    OptionalDouble suggestion();
  }

  private interface LossScaleNames {
    @JsonProperty("chance")
    double chance();

    @JsonProperty("lowest")
    double lowest();

    @JsonProperty("noise")
    double noise();
  }

  private interface RangeSummaryNames {
    @JsonProperty("runs")
    List<RangeResult> runs();

    @JsonProperty("verdict")
    Verdict verdict();

    @JsonProperty(value = "suggestion", access = JsonProperty.Access.READ_ONLY)
    OptionalDouble suggestion();
  }

  private interface CycleOutcomeNames {
    @JsonProperty("peak")
    double peak();

    @JsonProperty("epochs")
    List<EpochRecord> epochs();

    @JsonProperty("images")
    int images();

    @JsonProperty("diverged")
    boolean diverged();
  }

  private interface CandidateNames {
    @JsonProperty("value")
    double value();

    @JsonProperty("test")
    RangeSummary test();

    @JsonProperty("cycle")
    Optional<CycleOutcome> cycle();
  }

  private interface SweepNames {
    @JsonProperty("parameter")
    Hyperparameter parameter();

    @JsonProperty("candidates")
    List<Candidate> candidates();

    @JsonProperty("chosen")
    OptionalDouble chosenValue();

    @JsonProperty("explanation")
    String explanation();
  }

  private interface BatchSizesNames {
    @JsonProperty("images")
    int images();

    @JsonProperty("epochs")
    int epochs();

    @JsonProperty("budget_bytes")
    OptionalLong budgetBytes();
  }

  private interface BatchTrialNames {
    @JsonProperty("size")
    int size();

    @JsonProperty("fits")
    boolean fits();

    @JsonProperty("peak_bytes")
    OptionalLong peakBytes();

    @JsonProperty("samples_per_second")
    OptionalDouble samplesPerSecond();

    @JsonProperty("remark")
    String remark();
  }

  private interface BatchSizeResultNames {
    @JsonProperty("search")
    BatchSizes search();

    @JsonProperty("trials")
    List<BatchTrial> trials();

    @JsonProperty("largest")
    int largest();

    @JsonProperty("knee")
    int knee();

    @JsonProperty("explanation")
    String explanation();
  }

  private interface TuningResultNames {
    @JsonProperty("peak")
    double peak();

    @JsonProperty("batch_size")
    int batchSize();

    @JsonProperty("batch_sizes")
    Optional<BatchSizeResult> batchSizes();

    @JsonProperty("sweeps")
    List<Sweep> sweeps();

    @JsonProperty("range")
    RangeSummary range();
  }

  private interface PhaseNames {
    @JsonProperty("name")
    String name();

    @JsonProperty("first_step")
    long firstStep();

    @JsonProperty("last_step")
    long lastStep();
  }

  private interface PlannedStepNames {
    @JsonProperty("step")
    long step();

    @JsonProperty("learning_rate")
    double learningRate();

    @JsonProperty("momentum")
    double momentum();
  }

  private interface AmendmentNames {
    @JsonProperty("step")
    long step();

    @JsonProperty("rate_factor")
    double rateFactor();

    @JsonProperty("added_steps")
    long addedSteps();

    @JsonProperty("reason")
    String reason();
  }

  private enum StopReasonNames {
    @JsonProperty("diverged")
    DIVERGED,
    @JsonProperty("non_finite")
    NON_FINITE,
    @JsonProperty("reached_end")
    REACHED_END,
    @JsonProperty("interrupted")
    INTERRUPTED
  }

  private enum BetterNames {
    @JsonProperty("higher")
    HIGHER,
    @JsonProperty("lower")
    LOWER
  }

  private enum KindNames {
    @JsonProperty("clear")
    CLEAR,
    @JsonProperty("uncertain")
    UNCERTAIN,
    @JsonProperty("no_edge")
    NO_EDGE,
    @JsonProperty("diverged_at_once")
    DIVERGED_AT_ONCE,
    @JsonProperty("flat")
    FLAT,
    @JsonProperty("nothing_learned")
    NOTHING_LEARNED,
    @JsonProperty("single_loss")
    SINGLE_LOSS,
    @JsonProperty("noisy")
    NOISY,
    @JsonProperty("too_short")
    TOO_SHORT
  }

  private enum HyperparameterNames {
    @JsonProperty("weight_decay")
    WEIGHT_DECAY,
    @JsonProperty("dropout")
    DROPOUT,
    @JsonProperty("momentum")
    MOMENTUM,
    @JsonProperty("batch_size")
    BATCH_SIZE
  }
}
