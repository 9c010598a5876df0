package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.onecycle.math.Interpolation;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.PlannedStep;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a run but its curves: its configuration, data, policy, conditions and outcome.
 * Stored as {@code run.json}.
 *
 * <p>A value, begun by {@link #of} and changed by its {@code with} methods.
 */
public final class RunRecord {
  /** The version of {@code run.json} that this code writes. */
  public static final int FORMAT = 2;

  /** The number of epochs among the {@link #resolved} values. */
  public static final String EPOCHS = "epochs";

  /** The peak learning rate among the {@link #resolved} values. */
  public static final String LEARNING_RATE = "learning_rate";

  /** The number of ranks among the {@link #resolved} values. */
  public static final String RANKS = "ranks";

  private final Stored stored;

  private RunRecord(Stored stored) {
    this.stored = stored;
  }

  /** The state of a run. */
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

  /** The components under the names that they have in {@code run.json}. */
  private record Stored(
      @JsonProperty("format") int format,
      @JsonProperty("status") Status status,
      @JsonProperty("started") String started,
      @JsonProperty("ended") String ended,
      @JsonProperty("command") List<String> command,
      @JsonProperty("config") Map<String, Object> config,
      @JsonProperty("resolved") Map<String, Object> resolved,
      @JsonProperty("data") Data data,
      @JsonProperty("task") Task task,
      @JsonProperty("policy") PolicySummary policy,
      @JsonProperty("amendments") List<Amendment> amendments,
      @JsonProperty("learning_rate_source") String learningRateSource,
      @JsonProperty("conditions") Conditions conditions,
      @JsonProperty("accepted_differences") List<Conditions.Difference> acceptedDifferences,
      @JsonProperty("environment") Map<String, String> environment,
      @JsonProperty("outcome") Map<String, Object> outcome) {}

  /**
   * The data of a run.
   *
   * @param source as given
   * @param fingerprint SHA-256 of classes, labels and pixels, or of the values and targets
   * @param classes by label; none where targets are no classes
   * @param imageShape [C, H, W], or the shape of a sample that is no image
   * @param trainImages their number
   * @param evaluation the images that the run is evaluated on
   */
  public record Data(
      @JsonProperty("source") String source,
      @JsonProperty("fingerprint") String fingerprint,
      @JsonProperty("classes") List<String> classes,
      @JsonProperty("image_shape") List<Integer> imageShape,
      @JsonProperty("train_images") int trainImages,
      @JsonProperty("evaluation") Evaluation evaluation) {
    /** The number of images that the run is evaluated on. */
    public int evaluationImages() {
      return evaluation.images;
    }

    /** The name of the images that the run is evaluated on: "test", "val", … */
    public String evaluationName() {
      return evaluation.name;
    }
  }

  /**
   * The images that a run is evaluated on.
   *
   * @param name "test", "val", …
   * @param images their number
   */
  public record Evaluation(@JsonProperty("name") String name, @JsonProperty("images") int images) {}

  /**
   * A policy in numbers that can be stored.
   *
   * @param name of the policy
   * @param steps it was made for
   * @param peak the highest learning rate
   * @param description of the schedule, with its numbers
   * @param phases in order
   * @param outline the corners of its schedules, see {@link PlannedStep#outline}
   */
  public record PolicySummary(
      @JsonProperty("name") String name,
      @JsonProperty("steps") long steps,
      @JsonProperty("peak") double peak,
      @JsonProperty("description") String description,
      @JsonProperty("phases") List<Phase> phases,
      @JsonProperty("outline") List<PlannedStep> outline) {
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
          return Interpolation.linear(
              before.step(), before.learningRate(), after.step(), after.learningRate(), step);
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

  /** The record of a run that begins; the rest is added by {@code with} methods. */
  public static RunRecord of(Data data, PolicySummary policy, Conditions conditions) {
    return new RunRecord(
        new Stored(
            FORMAT,
            Status.RUNNING,
            "",
            "",
            List.of(),
            Map.of(),
            Map.of(),
            data,
            Task.IMAGES,
            policy,
            List.of(),
            "as given",
            conditions,
            List.of(),
            Map.of(),
            Map.of()));
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  private static RunRecord read(Stored stored) {
    return new RunRecord(stored);
  }

  @JsonValue
  private Stored stored() {
    return stored;
  }

  /** The version of the file that the record was read from. */
  public int format() {
    return stored.format;
  }

  /** The state of the run. */
  public Status status() {
    return stored.status;
  }

  /** Whether it ended in order, which writes its model: a killed run has no outcome. */
  public boolean endedInOrder() {
    return status() == Status.FINISHED || status() == Status.INTERRUPTED && !outcome().isEmpty();
  }

  /** The time when it was begun, ISO 8601. */
  public String started() {
    return stored.started;
  }

  /** The time when it ended, ISO 8601; empty while it runs. */
  public String ended() {
    return stored.ended;
  }

  /** The words of the command line that repeats it. */
  public List<String> command() {
    return stored.command;
  }

  /** Its configuration, every setting by name: resuming reads it. */
  public Map<String, Object> config() {
    return stored.config;
  }

  /** The chosen values of settings left open: precision, threads, device, epochs, rate. */
  public Map<String, Object> resolved() {
    return stored.resolved;
  }

  /** Every setting by name with the value that was used: the configuration, resolved. */
  public Map<String, Object> settings() {
    Map<String, Object> all = new LinkedHashMap<>(stored.config);
    all.putAll(stored.resolved);
    return all;
  }

  /**
   * The planned number of epochs, with those that were added; as configured where none was chosen.
   * Empty where it is not known.
   */
  public OptionalInt plannedEpochs() {
    OptionalDouble epochs = number(EPOCHS);
    return epochs.isPresent() ? OptionalInt.of((int) epochs.getAsDouble()) : OptionalInt.empty();
  }

  /**
   * The peak learning rate that was given or found, before any amendment. Empty where it is not
   * known.
   */
  public OptionalDouble chosenPeak() {
    return number(LEARNING_RATE);
  }

  /** The number of ranks that train it; 1 where it is not known. */
  public int ranks() {
    return (int) number(RANKS).orElse(1);
  }

  private OptionalDouble number(String name) {
    Object value = settings().get(name);
    if (value instanceof Number number) {
      return OptionalDouble.of(number.doubleValue());
    }
    return value instanceof String text ? Numbers.parse(text) : OptionalDouble.empty();
  }

  /** Its data. */
  public Data data() {
    return stored.data;
  }

  /** The meaning of its samples and outputs. */
  public Task task() {
    return stored.task;
  }

  /** Its policy, the amended one where it was amended. */
  public PolicySummary policy() {
    return stored.policy;
  }

  /** Changes of the policy on the way: rates lowered after a divergence, epochs added. */
  public List<Amendment> amendments() {
    return stored.amendments;
  }

  /** The reason of the peak rate: given, or found and how. */
  public String learningRateSource() {
    return stored.learningRateSource;
  }

  /** The conditions under which it trains. */
  public Conditions conditions() {
    return stored.conditions;
  }

  /** Differences to the conditions under which the peak rate was found, which were accepted. */
  public List<Conditions.Difference> acceptedDifferences() {
    return stored.acceptedDifferences;
  }

  /** Versions, processor, threads. */
  public Map<String, String> environment() {
    return stored.environment;
  }

  /** The result by name: numbers, or text where there is none. */
  public Map<String, Object> outcome() {
    return stored.outcome;
  }

  /** The layers whose learning rate is not the policy's, with their factors; none in most runs. */
  public List<LayerRate> layerRates() {
    List<LayerRate> rates = new ArrayList<>();
    if (stored.resolved.get("layer_groups") instanceof List<?> groups) {
      for (Object group : groups) {
        if (group instanceof Map<?, ?> values
            && values.get("rate") instanceof Number rate
            && rate.doubleValue() > 0
            && rate.doubleValue() != 1) {
          rates.add(new LayerRate(String.valueOf(values.get("layers")), rate.doubleValue()));
        }
      }
    }
    return rates;
  }

  /** The number of epochs between evaluations; the last epoch is always evaluated. */
  public int evaluateEvery() {
    return settings().get("evaluate_every") instanceof Number every ? every.intValue() : 1;
  }

  /** The same run, begun at a time, on a machine, by a command. */
  public RunRecord withOrigin(
      String started, List<String> command, Map<String, String> environment) {
    Change change = new Change(stored);
    change.started = started;
    change.command = command;
    change.environment = environment;
    return change.made();
  }

  /** The same run with a configuration and the chosen values of its open settings. */
  public RunRecord withConfig(Map<String, Object> config, Map<String, Object> resolved) {
    Change change = new Change(stored);
    change.config = config;
    change.resolved = resolved;
    return change.made();
  }

  /** The same run of another task. */
  public RunRecord withTask(Task value) {
    Change change = new Change(stored);
    change.task = value;
    return change.made();
  }

  /** The same run with the reason of its peak rate. */
  public RunRecord withLearningRateSource(
      String source, List<Conditions.Difference> acceptedDifferences) {
    Change change = new Change(stored);
    change.learningRateSource = source;
    change.acceptedDifferences = acceptedDifferences;
    return change.made();
  }

  /** The same run, ended. */
  public RunRecord withEnd(Status status, String time, Map<String, Object> outcome) {
    Change change = new Change(stored);
    change.status = status;
    change.ended = time;
    change.outcome = outcome;
    return change.made();
  }

  /** The same run, running again. */
  public RunRecord withoutEnd() {
    return withEnd(Status.RUNNING, "", Map.of());
  }

  /** The same run under an amended policy, which is not yet ended. */
  public RunRecord withPolicy(Policy policy, List<Amendment> amendments) {
    Change change = new Change(withoutEnd().stored);
    change.policy = PolicySummary.of(policy);
    change.amendments = amendments;
    return change.made();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunRecord record && stored.equals(record.stored);
  }

  @Override
  public int hashCode() {
    return stored.hashCode();
  }

  @Override
  public String toString() {
    return stored.toString();
  }

  /** The components while some of them change. */
  private static final class Change {
    private final Stored before;
    private Status status;
    private String started;
    private String ended;
    private List<String> command;
    private Map<String, Object> config;
    private Map<String, Object> resolved;
    private Task task;
    private PolicySummary policy;
    private List<Amendment> amendments;
    private String learningRateSource;
    private List<Conditions.Difference> acceptedDifferences;
    private Map<String, String> environment;
    private Map<String, Object> outcome;

    Change(Stored before) {
      this.before = before;
      status = before.status;
      started = before.started;
      ended = before.ended;
      command = before.command;
      config = before.config;
      resolved = before.resolved;
      task = before.task;
      policy = before.policy;
      amendments = before.amendments;
      learningRateSource = before.learningRateSource;
      acceptedDifferences = before.acceptedDifferences;
      environment = before.environment;
      outcome = before.outcome;
    }

    RunRecord made() {
      return new RunRecord(
          new Stored(
              before.format,
              status,
              started,
              ended,
              List.copyOf(command),
              Collections.unmodifiableMap(new LinkedHashMap<>(config)),
              Collections.unmodifiableMap(new LinkedHashMap<>(resolved)),
              before.data,
              task,
              policy,
              List.copyOf(amendments),
              learningRateSource,
              before.conditions,
              List.copyOf(acceptedDifferences),
              Collections.unmodifiableMap(new LinkedHashMap<>(environment)),
              Collections.unmodifiableMap(new LinkedHashMap<>(outcome))));
    }
  }
}
