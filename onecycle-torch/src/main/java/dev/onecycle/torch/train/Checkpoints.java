package dev.onecycle.torch.train;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.Checkpoint;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.run.checkpoint.CheckpointFolder.Part;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.torch.engine.NetworkWeights;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checkpoints of a training run: from each of them {@link Training#resume} goes on to the same bits
 * as a run that was never stopped, at any step.
 *
 * <p>A checkpoint is a folder of {@code model.safetensors}, which is a model file like any other,
 * {@code optimizer.safetensors}, {@code state.json} and a manifest with the SHA-256 of each. There
 * is no state of random numbers in it, for there is none to keep.
 */
public final class Checkpoints {
  private static final String MODEL = "model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String STATE = "state.json";
  private static final int FORMAT = 1;

  private final CheckpointFolder folder;
  private final ModelFile model;
  private final Map<String, String> world;
  private TrainingPosition saved = new TrainingPosition(-1, List.of(), 0, 0, 0);

  /**
   * The checkpoints of a run.
   *
   * @param run its folder
   * @param model what is trained; its weights are not looked at
   * @param world everything by name that must be the same for a resumed run to be the same run
   */
  public Checkpoints(Path run, ModelFile model, Map<String, String> world) {
    this.folder = new CheckpointFolder(run);
    this.model = model;
    this.world = new TreeMap<>(world);
  }

  /**
   * The content of {@code state.json}.
   *
   * @param format version of this record
   * @param position where the run stands
   * @param updates that the optimizer has made
   * @param world what must be the same, by name
   */
  record State(int format, TrainingPosition position, long updates, Map<String, String> world) {}

  /**
   * Saves where a run stands; does nothing where that is saved already.
   *
   * @param learningRate of the last step, for messages
   * @throws DivergedException where a weight is not finite; nothing is then written
   * @throws CannotWriteException where it cannot be written; earlier checkpoints are untouched
   */
  public void save(Learner learner, TrainingPosition position, double learningRate) {
    if (position.equals(saved)) {
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
                        JsonFile.bytes(new State(FORMAT, position, state.updates(), world)))));
    folder.save(position.step(), position.epochs().size(), position.bestYet(), parts);
    saved = position;
  }

  /**
   * Puts a learner where the newest checkpoint that is sound has it.
   *
   * @return where the run then stands; nothing where there is no sound checkpoint, and the learner
   *     is as it was. A note for each checkpoint that was passed over
   * @throws InvalidValueException where it was made in another world than this
   */
  public Found<TrainingPosition> restore(Learner learner) {
    Found<Restored> found =
        folder.newest(checkpoint -> new Restored(checkpoint, restore(checkpoint, learner)));
    for (Restored restored : found.value()) {
      saved = restored.position;
      folder.settle(restored.checkpoint, saved.bestYet());
    }
    return new Found<>(found.value().stream().map(Restored::position).toList(), found.notes());
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
    requireSameWorld(checkpoint, state.world);
    LearnerState saving =
        new LearnerState(
            Safetensors.read(checkpoint.file(MODEL)).tensors(),
            Safetensors.read(checkpoint.file(OPTIMIZER)).tensors(),
            state.updates);
    saving.weights().forEach(NetworkWeights::requireFinite);
    saving.optimizer().forEach(NetworkWeights::requireFinite);
    learner.restore(saving);
    return state.position;
  }

  private void requireSameWorld(Checkpoint checkpoint, Map<String, String> then) {
    TreeSet<String> names = new TreeSet<>(then.keySet());
    names.addAll(world.keySet());
    for (String name : names) {
      String was = then.getOrDefault(name, "not set");
      String is = world.getOrDefault(name, "not set");
      if (!was.equals(is)) {
        throw new InvalidValueException(
            name,
            was + ", as when " + checkpoint.path() + " was saved,",
            is,
            "go on under the conditions of the run, or train anew");
      }
    }
  }
}
