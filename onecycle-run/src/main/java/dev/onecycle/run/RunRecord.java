package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.PlannedStep;
import dev.onecycle.schedule.Policy;
import java.util.List;
import java.util.Map;

/**
 * Everything about a run but its curves: what was set, on what it ran, and how it ended. Written as
 * {@code run.json}.
 *
 * @param format version of this record
 * @param status how the run stands
 * @param started time, ISO 8601
 * @param ended time, ISO 8601; empty while running
 * @param command the command line that repeats it
 * @param arguments the words of training with everything spelled out: what resuming goes by; empty
 *     for a run that a program trained
 * @param data what was trained on
 * @param settings every setting by name, also those left at their defaults
 * @param policy the policy's name and what it does
 * @param amendments what was changed of the policy on the way: rates lowered after a divergence,
 *     epochs added
 * @param learningRateSource why the peak rate is what it is: given, or found and how
 * @param conditions under which it trained
 * @param acceptedDifferences where the peak rate was found under other conditions and that was
 *     accepted: which
 * @param environment versions, processor, threads
 * @param outcome what came out, by name: numbers, or text where there is none
 */
public record RunRecord(
    int format,
    Status status,
    String started,
    String ended,
    List<String> command,
    List<String> arguments,
    Data data,
    Map<String, Object> settings,
    PolicySummary policy,
    List<Amendment> amendments,
    String learningRateSource,
    Conditions conditions,
    List<Conditions.Difference> acceptedDifferences,
    Map<String, String> environment,
    Map<String, Object> outcome) {
  /** The version that this code writes. */
  public static final int FORMAT = 1;

  /** The setting that says so where a run is not evaluated after each epoch. */
  public static final String EVALUATE_EVERY = "evaluate_every";

  public RunRecord {
    command = List.copyOf(command);
    arguments = List.copyOf(arguments);
    amendments = List.copyOf(amendments);
    acceptedDifferences = List.copyOf(acceptedDifferences);
  }

  /** How a run stands. */
  public enum Status {
    @JsonProperty("running")
    RUNNING,
    @JsonProperty("finished")
    FINISHED,
    @JsonProperty("diverged")
    DIVERGED,
    @JsonProperty("interrupted")
    INTERRUPTED,
    @JsonProperty("failed")
    FAILED
  }

  /**
   * What was trained on.
   *
   * @param source as given
   * @param fingerprint of classes, labels and pixels
   * @param classes by label
   * @param imageShape [C, H, W]
   * @param trainImages number trained on
   * @param evaluationImages number evaluated on
   * @param evaluationName which images those are: "test", "val", …
   */
  public record Data(
      String source,
      String fingerprint,
      List<String> classes,
      List<Integer> imageShape,
      int trainImages,
      int evaluationImages,
      String evaluationName) {}

  /**
   * What a policy planned.
   *
   * @param name of the policy
   * @param steps it was made for
   * @param peak the highest learning rate
   * @param description what it does, with its numbers
   * @param phases in order
   * @param outline the corners of its schedules, see {@link PlannedStep#outline}
   */
  public record PolicySummary(
      String name,
      long steps,
      double peak,
      String description,
      List<Phase> phases,
      List<PlannedStep> outline) {
    private static final int SAMPLES = 200;

    public PolicySummary {
      phases = List.copyOf(phases);
      outline = List.copyOf(outline);
    }

    /** The learning rate planned for a step, read off the outline. */
    public double plannedRate(long step) {
      for (int i = 1; i < outline.size(); i++) {
        PlannedStep before = outline.get(i - 1);
        PlannedStep after = outline.get(i);
        if (step <= after.step()) {
          double share = (step - before.step()) / (double) (after.step() - before.step());
          return before.learningRate() + share * (after.learningRate() - before.learningRate());
        }
      }
      return outline.isEmpty() ? peak : outline.get(outline.size() - 1).learningRate();
    }

    /** Sums up a policy. */
    public static PolicySummary of(Policy policy) {
      return new PolicySummary(
          policy.name(),
          policy.steps(),
          policy.peak(),
          policy.describe(),
          policy.phases(),
          PlannedStep.outline(policy, SAMPLES));
    }
  }

  /** After how many epochs each it is evaluated; it is after its last one too. */
  public int evaluateEvery() {
    return settings.get(EVALUATE_EVERY) instanceof Number every ? every.intValue() : 1;
  }

  /** The same run, ended. */
  public RunRecord ended(Status newStatus, String time, Map<String, Object> newOutcome) {
    return as(newStatus, time, arguments, settings, policy, amendments, newOutcome);
  }

  /**
   * The same run, going on.
   *
   * @param newArguments those by which it can be gone on with again
   */
  public RunRecord resumed(List<String> newArguments) {
    return as(Status.RUNNING, "", newArguments, settings, policy, amendments, Map.of());
  }

  /** The same run, going on by an amended policy. */
  public RunRecord amended(
      Policy newPolicy, List<Amendment> newAmendments, Map<String, Object> newSettings) {
    PolicySummary summary = PolicySummary.of(newPolicy);
    return as(Status.RUNNING, "", arguments, newSettings, summary, newAmendments, Map.of());
  }

  private RunRecord as(
      Status newStatus,
      String newEnded,
      List<String> newArguments,
      Map<String, Object> newSettings,
      PolicySummary newPolicy,
      List<Amendment> newAmendments,
      Map<String, Object> newOutcome) {
    return new RunRecord(
        format,
        newStatus,
        started,
        newEnded,
        command,
        newArguments,
        data,
        newSettings,
        newPolicy,
        newAmendments,
        learningRateSource,
        conditions,
        acceptedDifferences,
        environment,
        newOutcome);
  }
}
