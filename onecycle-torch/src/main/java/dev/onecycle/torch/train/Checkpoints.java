package dev.onecycle.torch.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.Measure;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.Checkpoint;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.run.checkpoint.CheckpointFolder.Part;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The checkpoints of a training run. {@link Training#resume} continues from any of them, at any
 * step, to the same bits as a run that was never stopped.
 *
 * <p>A checkpoint is a folder of {@code model.safetensors}, which is a model file like any other,
 * {@code optimizer.safetensors}, {@code state.json} and a manifest with the SHA-256 of each. It has
 * no state of random numbers: each step draws from a stream of its own.
 */
public final class Checkpoints {
  private static final String MODEL = "model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "state.json";
  private static final int FORMAT = 2;

  private final CheckpointFolder folder;
  private final ModelFile model;
  private final Map<String, String> compatibility;
  private final Measure judge;
  private Optional<TrainingPosition> saved = Optional.empty();

  /**
   * The checkpoints of a run.
   *
   * @param run its folder
   * @param model that is trained; its weights are not used
   * @param compatibility everything by name that must be equal in a resumed run
   */
  public Checkpoints(Path run, ModelFile model, Map<String, String> compatibility) {
    this(run, model, compatibility, Measure.ACCURACY);
  }

  /** As the other constructor, where another metric than the accuracy tells the best epoch. */
  public Checkpoints(Path run, ModelFile model, Map<String, String> compatibility, Measure judge) {
    this.folder = new CheckpointFolder(run);
    this.model = model;
    this.judge = judge;
    this.compatibility = new TreeMap<>(compatibility);
  }

  /**
   * The content of {@code state.json}.
   *
   * @param format version of this record
   * @param position of the run
   * @param updates that the optimizer has made
   * @param compatibility everything by name that must be equal in a resumed run
   */
  record State(
      @JsonProperty("format") int format,
      @JsonProperty("position") TrainingPosition position,
      @JsonProperty("updates") long updates,
      @JsonProperty("compatibility") Map<String, String> compatibility) {}

  /**
   * Saves a position; does nothing where it is saved already.
   *
   * @param learningRate of the last step, for messages
   * @throws DivergedException where a weight is not finite; nothing is written then
   * @throws CannotWriteException where the checkpoint cannot be written; earlier ones are untouched
   */
  public void save(Learner learner, TrainingPosition position, double learningRate) {
    if (saved.filter(position::equals).isPresent()) {
      return;
    }
    LearnerState state = learner.state();
    state.requireFinite(position.step() - 1, learningRate);
    List<Part> parts =
        List.of(
            new Part(MODEL, model.with(state.weights()).content()::to),
            new Part(OPTIMIZER, new Safetensors(Map.of(), state.optimizer())::to),
            new Part(
                STATE,
                out ->
                    out.write(
                        JsonFile.bytes(
                            new State(FORMAT, position, state.updates(), compatibility)))));
    long sound = position.losses().soundBefore(position.step());
    folder.save(position.step(), position.epochs().size(), position.bestYet(judge), sound, parts);
    saved = Optional.of(position);
  }

  /**
   * Restores a learner from the newest sound checkpoint.
   *
   * @return the position of the run; empty where there is no sound checkpoint, and the learner is
   *     then as it was. With a note for each checkpoint that was passed over
   * @throws InvalidValueException where the checkpoint belongs to a run that is not compatible
   */
  public Found<TrainingPosition> restore(Learner learner) {
    return restored(
        sound(
            () ->
                folder.newest(
                    checkpoint -> new Restored(checkpoint, restore(checkpoint, learner)))),
        folder::settle);
  }

  /** The newest sound checkpoint of the run, or what to do where all are damaged. */
  private static Found<Restored> sound(Supplier<Found<Restored>> newest) {
    try {
      return newest.get();
    } catch (BadDataException e) {
      throw new BadDataException(
          e.getMessage() + "; remove that folder to begin the run again at step 0", e);
    }
  }

  /**
   * Restores a learner from the newest sound checkpoint of an earlier step, and removes every newer
   * one: after a divergence, see {@link DivergedException#soundBefore}.
   *
   * @param step the learner goes back to before this step
   * @return as {@link #restore(Learner)}; empty also where every checkpoint is of this step or
   *     later
   * @throws InvalidValueException where the checkpoint belongs to a run that is not compatible
   * @throws CannotWriteException where the newer ones cannot be removed
   */
  public Found<TrainingPosition> goBack(Learner learner, long step) {
    return restored(
        sound(
            () ->
                folder.newestBefore(
                    step, checkpoint -> new Restored(checkpoint, restore(checkpoint, learner)))),
        folder::goBack);
  }

  private Found<TrainingPosition> restored(
      Found<Restored> found, BiConsumer<Checkpoint, Boolean> tidy) {
    found
        .value()
        .ifPresent(
            restored -> {
              tidy.accept(restored.checkpoint, restored.position.bestYet(judge));
              saved = Optional.of(restored.position);
            });
    return new Found<>(found.value().map(Restored::position), found.notes());
  }

  private record Restored(Checkpoint checkpoint, TrainingPosition position) {}

  private TrainingPosition restore(Checkpoint checkpoint, Learner learner) {
    State state = JsonFile.read(checkpoint.file(STATE), State.class, "the state of a run");
    if (state.format != FORMAT) {
      throw new BadDataException(
          checkpoint.file(STATE)
              + " has format "
              + state.format
              + ", which this version does not know");
    }
    requireCompatible(checkpoint, state.compatibility);
    LearnerState content =
        new LearnerState(
            Safetensors.read(checkpoint.file(MODEL)).tensors(),
            Safetensors.read(checkpoint.file(OPTIMIZER)).tensors(),
            state.updates);
    content.weights().forEach(NamedTensor::requireFinite);
    content.optimizer().forEach(NamedTensor::requireFinite);
    learner.restore(content);
    return state.position;
  }

  private void requireCompatible(Checkpoint checkpoint, Map<String, String> then) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(compatibility.keySet());
    for (String name : names) {
      String was = then.getOrDefault(name, "not set");
      String is = compatibility.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new InvalidValueException(
            name,
            was + ", as when " + checkpoint.path() + " was saved,",
            is,
            "resume under the conditions of the run, or train anew");
      }
    }
  }
}
