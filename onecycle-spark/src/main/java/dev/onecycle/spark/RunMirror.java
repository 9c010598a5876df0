package dev.onecycle.spark;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.schedule.Policy;
import dev.onecycle.torch.job.JobListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the folder of a run to a shared folder while the run trains: each checkpoint before the
 * next step ends, the run's other files with it, and all of them at the end.
 *
 * <p>The order of the copies is such that the shared folder can be resumed from at any time: files
 * come before the checkpoint whose steps they list, the record of a run that has ended comes last.
 *
 * <p>An attempt that another has superseded writes nothing more: a task that Spark has given up may
 * run on for a while.
 */
final class RunMirror implements JobListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunMirror.class);
  private static final String ATTEMPTS = "attempts";

  /** The file of a checkpoint that lists the others. */
  private static final String MANIFEST = "MANIFEST.json";

  /** The answer of {@link #begun()} where a run goes on. */
  static final String RESTORED = "restored";

  private final SharedFolder shared;
  private final SharedFolder checkpoints;
  private final SharedFolder attempts;
  private final String attempt;
  private final Map<String, String> copied = new HashMap<>();
  private String latest = "";
  private Path run;
  private long nanos;

  private RunMirror(Path run, SharedFolder shared, String attempt) {
    this.run = run;
    this.shared = shared;
    this.checkpoints = shared.resolve(CheckpointFolder.NAME);
    this.attempts = shared.resolve(ATTEMPTS);
    this.attempt = attempt;
  }

  /**
   * A mirror that has not begun.
   *
   * @param run the folder on this machine
   * @param attempt whose name comes after those of earlier attempts
   */
  static RunMirror of(Path run, SharedFolder shared, String attempt) {
    return new RunMirror(run, shared, attempt);
  }

  /**
   * Begins an attempt: from now on, earlier attempts write nothing more. A run that is there is
   * copied to this machine.
   *
   * @return {@value #RESTORED} where there is one, else an empty text
   */
  String begun() {
    attempts.write(attempt, out -> {});
    return restore() ? RESTORED : "";
  }

  /**
   * Copies the run that the shared folder holds to this machine.
   *
   * @return whether there is one
   */
  private boolean restore() {
    if (!shared.has(RunFolder.RECORD)) {
      return false;
    }
    for (String name : shared.names()) {
      if (isFile(name)) {
        shared.get(name, run.resolve(name));
      }
    }
    for (String name : checkpoints.names()) {
      Path place = run.resolve(CheckpointFolder.NAME).resolve(name);
      if (name.startsWith("step-")) {
        if (checkpoints.resolve(name).has(MANIFEST)) { // else an attempt ended while it was copied
          checkpoints.getFolder(name, place);
        }
      } else {
        checkpoints.get(name, place);
      }
    }
    return true;
  }

  private static boolean isFile(String name) {
    return !name.equals(CheckpointFolder.NAME)
        && !name.equals(ATTEMPTS)
        && !name.equals(RankWork.PROBLEMS)
        && !name.equals(RunInputs.FILE)
        && !name.equals(ClassifierFit.IMAGES);
  }

  /** The time that the copies took, in seconds. */
  double seconds() {
    return nanos / 1e9;
  }

  @Override
  public void begun(Path folder, RunRecord record, Policy policy) {
    copy(folder);
  }

  @Override
  public void resumed(Path folder, RunRecord record, Policy policy, TrainingPosition from) {
    copy(folder);
    LOG.info("Resumed at step {} of {}", from.step(), policy.steps());
  }

  @Override
  public void retried(RunRecord record, Policy policy, TrainingPosition from) {
    copy(run);
  }

  @Override
  public void reached(TrainingPosition position) {
    try {
      Path pointer = run.resolve(CheckpointFolder.NAME).resolve("latest");
      if (Files.exists(pointer) && !Files.readString(pointer).equals(latest)) {
        copy(run);
      }
    } catch (IOException e) {
      throw SharedFolder.unreadable(run, e);
    }
  }

  @Override
  public void ended(Path folder, RunRecord record) {
    copy(folder);
  }

  @Override
  public void epoch(EpochRecord epoch) {
    epoch
        .evaluated()
        .ifPresentOrElse(
            evaluated ->
                LOG.info(
                    "Epoch {}: training loss {}, evaluation loss {}, {}",
                    epoch.epoch() + 1,
                    epoch.trainLoss(),
                    evaluated.loss(),
                    evaluated.metrics()),
            () -> LOG.info("Epoch {}: training loss {}", epoch.epoch() + 1, epoch.trainLoss()));
  }

  @Override
  public void note(String sentence) {
    LOG.info("{}", sentence);
  }

  @Override
  public void warning(String sentence) {
    LOG.warn("{}", sentence);
  }

  private void copy(Path folder) {
    long begin = System.nanoTime();
    run = folder;
    String newest = attempts.names().stream().max(String::compareTo).orElse(attempt);
    if (newest.compareTo(attempt) > 0) {
      throw new IllegalStateException(
          "attempt " + attempt + " is superseded by attempt " + newest + " and ends");
    }
    try {
      for (Path file : files(folder, false)) {
        if (!name(file).equals(RunFolder.RECORD)) {
          put(shared, file);
        }
      }
      copyCheckpoints(folder.resolve(CheckpointFolder.NAME));
      put(shared, folder.resolve(RunFolder.RECORD));
    } catch (IOException e) {
      throw SharedFolder.unreadable(folder, e);
    } finally {
      nanos += System.nanoTime() - begin;
    }
  }

  private void copyCheckpoints(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> own = files(folder, true);
    List<String> names = own.stream().map(RunMirror::name).toList();
    // Added before others are removed, so that there is always one.
    for (Path checkpoint : own) {
      checkpoints.putFolder(checkpoint, MANIFEST);
    }
    for (Path pointer : files(folder, false)) {
      put(checkpoints, pointer);
    }
    for (String name : checkpoints.names()) {
      if (name.startsWith("step-") && !names.contains(name)) {
        checkpoints.resolve(name).delete(MANIFEST); // a part of a checkpoint is none
        checkpoints.delete(name);
      }
    }
    Path pointer = folder.resolve("latest");
    latest = Files.exists(pointer) ? Files.readString(pointer) : "";
  }

  /** Copies a file that changed since the last copy. */
  private void put(SharedFolder target, Path file) throws IOException {
    String state = Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
    if (!state.equals(copied.get(file.toString())) || name(file).equals(RunFolder.RECORD)) {
      target.put(file);
      copied.put(file.toString(), state);
    }
  }

  private static List<Path> files(Path folder, boolean folders) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(path -> !name(path).startsWith("."))
          .filter(path -> Files.isDirectory(path) == folders)
          .sorted()
          .forEach(files::add);
    }
    return files;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
