package dev.onecycle.cli.reproduce;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.report.claims.ArmResult;
import dev.onecycle.report.claims.Quantity;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Compute;
import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The runs and range tests of experiments in one folder, each of them once however many experiments
 * compare it: {@code runs/ARM-seedN} and {@code ranges/ARM-seedN.json}. A trial that ended without
 * a result before it had these is {@code failed/ARM-seedN.json}.
 *
 * <p>The files of the trials are all there is: folders of several machines are merged by copying
 * them together.
 */
final class Campaign {
  private static final String RUNS = "runs";
  static final String RANGES = "ranges";
  private static final String FAILED = "failed";
  private static final String LOCKS = "locks";

  /** The seed of the trials that a rate is chosen by. */
  private static final long FIRST_SEED = 1;

  /** Settings that say where a run was computed, not what. */
  private static final List<Setting<?>> PLACE =
      List.of(TrainingConfig.DEVICE, TrainingConfig.THREADS);

  private final Path folder;
  private final String data;
  private final int seeds;
  private final boolean countsFurther;
  private final Map<List<Object>, Seen> seen = new HashMap<>();

  /** Images of a trial that is there, or begins. */
  private record Seen(String fingerprint, Path place) {}

  /**
   * A campaign in a folder.
   *
   * @param seeds of each arm
   * @param countsFurther whether the results have the seeds after these that are done, too
   */
  Campaign(Path folder, String data, int seeds, boolean countsFurther) {
    this.folder = folder;
    this.data = data;
    this.seeds = Require.atLeast("seeds", seeds, 1);
    this.countsFurther = countsFurther;
  }

  /** Where a trial stands. */
  enum State {
    ABSENT,
    UNFINISHED,
    IN_USE,
    DONE
  }

  /** The folder. */
  Path folder() {
    return folder;
  }

  /** The number of seeds of each arm. */
  int seeds() {
    return seeds;
  }

  /** The images. */
  String data() {
    return data;
  }

  /** The folder of a run, or the file of a range test. */
  Path place(Trial trial) {
    return trial.arm().rangeTest()
        ? folder.resolve(RANGES).resolve(trial.name() + ".json")
        : folder.resolve(RUNS).resolve(trial.name());
  }

  /**
   * The trials of arms in order. Of an arm with a grid these are a run at each rate with the first
   * seed; the rest follows where the best rate is known.
   */
  List<Trial> trials(List<Arm> arms) {
    List<Trial> trials = new ArrayList<>();
    for (long seed = FIRST_SEED; seed <= seeds; seed++) {
      for (Arm arm : arms) {
        if (arm.grid().isEmpty()) {
          trials.add(Trial.of(arm, seed));
        } else if (seed == FIRST_SEED) {
          for (double rate : arm.grid()) {
            trials.add(new Trial(arm, OptionalDouble.of(rate), seed));
          }
        }
      }
    }
    return trials;
  }

  /** The trials of arms with a grid at their best rate, but for the first seed; as known so far. */
  List<Trial> chosenTrials(List<Arm> arms) {
    List<Trial> trials = new ArrayList<>();
    for (Arm arm : arms) {
      OptionalDouble rate = arm.grid().isEmpty() ? OptionalDouble.empty() : chosen(arm);
      for (long seed = FIRST_SEED + 1; seed <= seeds && rate.isPresent(); seed++) {
        trials.add(new Trial(arm, rate, seed));
      }
    }
    return trials;
  }

  /** The trials of the seeds after the planned ones that are done, up to the first that is not. */
  List<Trial> furtherTrials(Arm arm) {
    List<Trial> further = new ArrayList<>();
    OptionalDouble rate = arm.grid().isEmpty() ? OptionalDouble.empty() : chosen(arm);
    if (countsFurther && (arm.grid().isEmpty() || rate.isPresent())) {
      Trial next = new Trial(arm, rate, seeds + 1);
      while (state(next) == State.DONE) {
        further.add(next);
        next = new Trial(arm, rate, next.seed() + 1);
      }
    }
    return further;
  }

  /**
   * The rate of the grid with the highest accuracy on the held-out images with the first seed;
   * empty where a run of the grid is not done, or all diverged.
   */
  OptionalDouble chosen(Arm arm) {
    boolean allDone = gridTrials(arm).allMatch(trial -> state(trial) == State.DONE);
    return !allDone
        ? OptionalDouble.empty()
        : gridAccuracies(arm).entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(best -> OptionalDouble.of(best.getKey()))
            .orElse(OptionalDouble.empty());
  }

  /**
   * The accuracy on the held-out images with the first seed, by rate of the grid, as far as done.
   */
  SortedMap<Double, Double> gridAccuracies(Arm arm) {
    SortedMap<Double, Double> accuracies = new TreeMap<>();
    gridTrials(arm)
        .filter(trial -> state(trial) == State.DONE)
        .forEach(
            trial ->
                Optional.ofNullable(result(trial).values().get(Quantity.VALIDATION_ACCURACY))
                    .ifPresent(accuracy -> accuracies.put(trial.rate().orElseThrow(), accuracy)));
    return accuracies;
  }

  private static Stream<Trial> gridTrials(Arm arm) {
    return arm.grid().stream().map(rate -> new Trial(arm, OptionalDouble.of(rate), FIRST_SEED));
  }

  /** The file of a trial that ended without a result before it had its place. */
  Path failure(Trial trial) {
    return folder.resolve(FAILED).resolve(trial.name() + ".json");
  }

  /** Whether a trial has a folder or file of its own; else one of its failure may be there. */
  private boolean hasPlace(Trial trial) {
    Path place = place(trial);
    return Files.exists(trial.arm().rangeTest() ? place : place.resolve(RunFolder.RECORD));
  }

  /** Where a trial stands, as its files say. */
  State state(Trial trial) {
    Path place = place(trial);
    if (!hasPlace(trial)) {
      return Files.exists(failure(trial)) ? State.DONE : State.ABSENT;
    }
    if (trial.arm().rangeTest()) {
      return State.DONE;
    }
    Status status = RunFolder.read(place).status();
    if (status == Status.FINISHED || status == Status.DIVERGED) {
      return State.DONE;
    }
    return isHeld(place) ? State.IN_USE : State.UNFINISHED;
  }

  /**
   * Takes a trial for this process, until closed; empty where another process has it. The run's own
   * lock is not enough: a run has no folder while its rate is searched for, and a range test none
   * until its end.
   */
  Optional<RunLock> taken(Trial trial) {
    Path lock = RunFolder.made(folder.resolve(LOCKS).resolve(trial.name()));
    try {
      return isHeld(lock) ? Optional.empty() : Optional.of(RunLock.take(lock));
    } catch (CannotWriteException e) {
      if (isHeld(lock)) {
        return Optional.empty(); // another process was faster
      }
      throw e;
    }
  }

  private static boolean isHeld(Path folder) {
    try {
      return RunLock.isHeld(folder);
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  /**
   * Keeps the failure of a trial that has no place, so that it counts as done without a result.
   *
   * @param seconds that it took
   * @param reason without advice
   */
  void writeFailure(Trial trial, double seconds, String reason) {
    Seen images = seen.get(imagesOf(trial));
    RunFolder.made(folder.resolve(FAILED));
    TrainingConfig config = trial.config(data);
    new FailedTrial(
            settings(config),
            images == null ? "" : images.fingerprint(),
            environment(config),
            seconds,
            reason)
        .write(failure(trial));
  }

  /**
   * Makes sure that the trials that are there are those of this campaign: with the settings of
   * their arms, and trials of a seed with the same images.
   *
   * @throws InvalidValueException naming the trial and the setting that is another
   */
  void requireSame(List<Trial> trials) {
    for (Trial trial : trials) {
      if (state(trial) == State.ABSENT) {
        continue;
      }
      Path place = place(trial);
      TrainingConfig expected = trial.config(data);
      String fingerprint;
      if (!hasPlace(trial)) {
        FailedTrial failed = FailedTrial.read(failure(trial));
        requireSame(failure(trial), expected, failed.settings());
        fingerprint = failed.images();
      } else if (trial.arm().rangeTest()) {
        RangeTrial range = RangeTrial.read(place);
        requireSame(place, expected, range.settings());
        fingerprint = range.images();
      } else {
        RunRecord record = RunFolder.read(place);
        requireSame(place, expected, record.config());
        fingerprint = record.data().fingerprint();
      }
      requireSameImages(trial, fingerprint);
    }
  }

  /**
   * Makes sure that a trial has the images of the others of its campaign.
   *
   * @param fingerprint of all images that were read
   * @throws InvalidValueException naming the trial whose images are others
   */
  void requireSameImages(Trial trial, String fingerprint) {
    Seen first =
        seen.computeIfAbsent(imagesOf(trial), unused -> new Seen(fingerprint, place(trial)));
    if (!first.fingerprint().equals(fingerprint)) {
      throw Require.invalid(
          "images of " + place(trial),
          "the same as in " + first.place() + ", " + first.fingerprint() + ",",
          fingerprint,
          "a campaign has one data set; name another folder by --out for other data");
    }
  }

  /** The settings by which a trial reads its images. */
  private static List<Object> imagesOf(Trial trial) {
    TrainingConfig config = trial.arm().config();
    Optional<Integer> limit = config.find(TrainingConfig.LIMIT);
    // Of some of the images, the seed draws which.
    return List.of(
        trial.arm().rangeTest(),
        limit,
        config.find(TrainingConfig.IMAGE_SIZE),
        limit.isPresent() ? trial.seed() : 0);
  }

  private static void requireSame(
      Path place, TrainingConfig expected, Map<String, Object> settings) {
    TrainingConfig found;
    try {
      found = TrainingConfig.of(settings);
    } catch (InvalidValueException e) {
      throw new BadDataException(place + " cannot be understood: " + e.getMessage(), e);
    }
    Map<String, Object> wanted = expected.toMap();
    Map<String, Object> there = found.toMap();
    TreeSet<String> names = new TreeSet<>(wanted.keySet());
    names.addAll(there.keySet());
    for (String name : names) {
      Setting<?> setting = TrainingConfig.setting(name);
      if (!setting.isChangeableOnResume()
          && !PLACE.contains(setting)
          && !Objects.equals(wanted.get(name), there.get(name))) {
        throw Require.invalid(
            name + " of " + place,
            shown(wanted.get(name)) + ", as the experiment has at this scale,",
            shown(there.get(name)),
            "name another folder by --out, or move this one away");
      }
    }
  }

  private static String shown(@Nullable Object value) {
    return value == null
        ? "left out"
        : value instanceof Double number ? Numbers.exact(number) : value.toString();
  }

  /** The results of an arm so far. */
  ArmResult results(Arm arm) {
    TreeMap<Long, ArmResult.Trial> done = new TreeMap<>();
    OptionalDouble rate = arm.grid().isEmpty() ? OptionalDouble.empty() : chosen(arm);
    if (arm.grid().isEmpty() || rate.isPresent()) {
      for (long seed = FIRST_SEED; seed <= seeds; seed++) {
        Trial trial = new Trial(arm, rate, seed);
        if (state(trial) == State.DONE) {
          done.put(seed, result(trial));
        }
      }
    }
    List<Trial> further = furtherTrials(arm);
    further.forEach(trial -> done.put(trial.seed(), result(trial)));
    return new ArmResult(
        arm.name(),
        arm.title(),
        arm.source(),
        done,
        seeds + further.size(),
        arm.grid().isEmpty() ? size(arm) : size(arm) + "; " + choice(arm, rate));
  }

  /** What the arm has at this scale, since its title tells the size of the source. */
  private static String size(Arm arm) {
    TrainingConfig config = arm.config();
    String net =
        config.get(TrainingConfig.MODEL) + ", batch " + config.get(TrainingConfig.BATCH_SIZE);
    return arm.rangeTest()
        ? net
        : net
            + ", "
            + Counts.of(config.get(TrainingConfig.EPOCHS), "epoch", "epochs")
            + config
                .find(TrainingConfig.MAX_LR)
                .map(rate -> ", peak " + Numbers.brief(rate))
                .orElse("");
  }

  private static String choice(Arm arm, OptionalDouble chosen) {
    String grid = arm.grid().stream().map(Numbers::brief).collect(Collectors.joining(", "));
    if (chosen.isEmpty()) {
      return "peak to be chosen of " + grid;
    }
    double rate = chosen.getAsDouble();
    boolean end = rate == arm.grid().get(0) || rate == arm.grid().get(arm.grid().size() - 1);
    return Numbers.format(
        "peak %s, chosen of %s%s", Numbers.brief(rate), grid, end ? ", an end of the grid" : "");
  }

  /** The result of a trial that is done. */
  ArmResult.Trial result(Trial trial) {
    if (!hasPlace(trial)) {
      Path file = failure(trial);
      return TrialResult.of(nameOf(file), FailedTrial.read(file));
    }
    Path place = place(trial);
    return trial.arm().rangeTest()
        ? TrialResult.of(nameOf(place), RangeTrial.read(place))
        : TrialResult.of(nameOf(place), RunFolder.read(place));
  }

  private String nameOf(Path place) {
    return folder.relativize(place).toString();
  }

  /** The settings of a trial that is computed now, with its device and threads. */
  static Map<String, Object> settings(TrainingConfig config) {
    Compute compute = Compute.of(config.learnerSettings());
    return config
        .with(TrainingConfig.DEVICE, compute.device())
        .with(TrainingConfig.THREADS, compute.threads())
        .toMap();
  }

  /** The environment of a trial that is computed now, with its precision. */
  static Map<String, String> environment(TrainingConfig config) {
    Precision precision = Compute.of(config.learnerSettings()).precision();
    Map<String, String> environment = new LinkedHashMap<>(Engine.environment());
    environment.put("precision", String.valueOf(TrainingConfig.PRECISION.write(precision)));
    return environment;
  }
}
