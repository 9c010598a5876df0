package dev.onecycle.run.checkpoint;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.Directories;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, each a folder. The last three, the best, and one from before the losses
 * rose are kept.
 *
 * <p>A checkpoint is written under another name, its manifest last, forced to disk, and renamed: a
 * folder with the name of a checkpoint is complete, and saving never changes an earlier one. The
 * files {@code latest} and {@code best} hold the names of those two.
 */
public final class CheckpointFolder {
  /** Its name in the folder of a run. */
  public static final String NAME = "checkpoints";

  static final String LATEST = "latest";
  static final String BEST = "best";
  private static final int KEPT = 3;
  private static final Pattern NAMED = Pattern.compile("step-\\d{10}-epoch-\\d{6}");
  private static final String UNFINISHED = ".unfinished-";

  private final Path folder;

  /** The checkpoints of a run's folder, which need not have any yet. */
  public CheckpointFolder(Path run) {
    folder = run.resolve(NAME);
  }

  /**
   * A file of a checkpoint.
   *
   * @param name in the checkpoint's folder
   * @param content of the file
   */
  public record Part(String name, AtomicFile.Content content) {}

  /**
   * Saves a checkpoint, and removes those that are not kept.
   *
   * @param step the next step, zero-based
   * @param epochs completed by then
   * @param best whether it is the best so far
   * @param soundBefore the newest checkpoint of an earlier step than this is kept
   * @return its folder
   * @throws CannotWriteException where it cannot be written; earlier checkpoints are unchanged
   */
  public Path save(long step, int epochs, boolean best, long soundBefore, List<Part> parts) {
    String name = named(step, epochs);
    Path place = folder.resolve(name);
    try {
      Faults.writing("checkpoint.begin");
      Files.createDirectories(folder);
      removeUnfinished();
      Path unfinished = Files.createDirectory(folder.resolve(UNFINISHED + UUID.randomUUID()));
      try {
        fill(unfinished, parts);
        publish(unfinished, place);
      } finally {
        Directories.remove(unfinished);
      }
      Faults.writing("checkpoint.renamed");
      point(LATEST, name);
      Faults.writing("checkpoint.latest");
      if (best) {
        point(BEST, name);
      }
      prune(soundBefore);
      return place;
    } catch (IOException e) {
      throw IoErrors.cannotWrite(place, e);
    }
  }

  /**
   * The folder of the best checkpoint, where that is the one after so many epochs; empty where it
   * is another, or not there.
   */
  public Optional<Path> best(int epochs) {
    try {
      String name = pointedTo(folder.resolve(BEST));
      return Optional.of(folder.resolve(name))
          .filter(path -> name.endsWith(Numbers.format("-epoch-%06d", epochs)))
          .filter(Files::isDirectory);
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  /**
   * Tidies the folder before its run is resumed: removes the unfinished files of a killed process,
   * and points {@code latest} and {@code best} to the right checkpoints. Newer checkpoints, which
   * are damaged, stay until the run has come to their step again.
   *
   * @param newest the checkpoint from which the run is resumed
   * @param best whether it is the best so far
   * @throws CannotWriteException where the folder cannot be written
   */
  public void settle(Checkpoint newest, boolean best) {
    try {
      removeUnfinished();
      point(LATEST, name(newest.path()));
      if (best) {
        point(BEST, name(newest.path()));
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder, e);
    }
  }

  /**
   * Removes every newer checkpoint, before a run goes on from an older one another way, and tidies
   * the folder as {@link #settle} does.
   *
   * @param from the checkpoint from which the run goes on
   * @param best whether it is the best so far
   * @throws CannotWriteException where the folder cannot be written
   */
  public void goBack(Checkpoint from, boolean best) {
    try {
      for (Path later : newestFirst()) {
        if (name(later).compareTo(name(from.path())) > 0) {
          discard(later);
        }
      }
      Path pointer = folder.resolve(BEST);
      if (!Files.isDirectory(folder.resolve(pointedTo(pointer)))) {
        Files.deleteIfExists(pointer);
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder, e);
    }
    settle(from, best);
  }

  private void point(String pointer, String name) throws IOException {
    Path file = folder.resolve(pointer);
    if (!name.equals(pointedTo(file))) {
      AtomicFile.writeText(file, name + "\n");
    }
  }

  private static String pointedTo(Path file) throws IOException {
    return Files.isRegularFile(file) ? Files.readString(file).strip() : "";
  }

  private static void fill(Path unfinished, List<Part> parts) throws IOException {
    Map<String, Manifest.Entry> entries = new TreeMap<>();
    for (Part part : parts) {
      entries.put(part.name, write(unfinished.resolve(part.name), part.content));
    }
    Faults.writing("checkpoint.before-manifest");
    JsonFile.write(unfinished.resolve(Manifest.FILE), new Manifest(Manifest.FORMAT, entries));
    Directories.force(unfinished);
  }

  /** Not to a channel of {@link Files}, which an interrupt of the training thread would close. */
  private static Manifest.Entry write(Path file, AtomicFile.Content content) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (FileOutputStream disk = new FileOutputStream(file.toFile())) {
      Faults.writing("checkpoint.file-created");
      OutputStream faulty = new FaultyStream(disk);
      OutputStream out = new DigestOutputStream(new BufferedOutputStream(faulty), digest);
      content.to(out);
      out.flush();
      Faults.writing("checkpoint.before-force");
      disk.getFD().sync();
      Faults.writing("checkpoint.forced");
    }
    return new Manifest.Entry(Files.size(file), Sha256.hex(digest));
  }

  /** A stream to disk, with a fault point at every write. */
  private static final class FaultyStream extends OutputStream {
    private final OutputStream disk;

    FaultyStream(OutputStream disk) {
      this.disk = disk;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      disk.write(bytes, from, count);
      Faults.writing("checkpoint.write");
    }
  }

  private void publish(Path unfinished, Path place) throws IOException {
    Faults.writing("checkpoint.before-rename");
    // Checkpoints from this step on were damaged, or the run would have resumed from one of them.
    for (Path later : newestFirst()) {
      if (name(later).compareTo(name(place)) >= 0) {
        discard(later);
      }
    }
    Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
    Directories.force(folder);
  }

  private void removeUnfinished() throws IOException {
    for (Path path : listed(name -> name.startsWith(UNFINISHED) || name.endsWith(".tmp"))) {
      Directories.remove(path);
    }
  }

  private void prune(long soundBefore) throws IOException {
    List<Path> all = newestFirst();
    String best = pointedTo(folder.resolve(BEST));
    String sound =
        all.stream()
            .map(CheckpointFolder::name)
            .filter(name -> isBefore(name, soundBefore))
            .findFirst()
            .orElse("");
    for (Path old : all.subList(Math.min(KEPT, all.size()), all.size())) {
      if (!name(old).equals(best) && !name(old).equals(sound)) {
        discard(old);
      }
    }
  }

  private static String named(long step, int epochs) {
    return String.format(Locale.ROOT, "step-%010d-epoch-%06d", step, epochs);
  }

  /** Whether the checkpoint of a name is of an earlier step: names sort as their steps do. */
  private static boolean isBefore(String name, long step) {
    return name.compareTo(named(step, 0)) < 0;
  }

  /** Renames it first, so that a folder with the name of a checkpoint is always complete. */
  private void discard(Path old) throws IOException {
    Path nameless = folder.resolve(UNFINISHED + UUID.randomUUID());
    Files.move(old, nameless, StandardCopyOption.ATOMIC_MOVE);
    Faults.writing("checkpoint.pruning");
    Directories.remove(nameless);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private List<Path> newestFirst() throws IOException {
    return listed(name -> NAMED.matcher(name).matches());
  }

  private List<Path> listed(Predicate<String> wanted) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> wanted.test(name(path)))
          .sorted(Comparator.comparing(CheckpointFolder::name).reversed())
          .toList();
    }
  }

  /**
   * The newest sound checkpoint.
   *
   * @param value that the reader made of it; empty where nothing was saved yet
   * @param notes a sentence for each newer checkpoint, which was not sound
   */
  public record Found<T>(Optional<T> value, List<String> notes) {}

  /**
   * Reads the newest sound checkpoint.
   *
   * @param reader makes a value of a checkpoint whose files match its manifest; after its {@link
   *     BadDataException} the next older one is tried
   * @throws BadDataException where there are checkpoints and none of them is sound: people decide
   *     whether to begin again
   */
  public <T> Found<T> newest(Function<Checkpoint, T> reader) {
    return newest(name -> true, reader);
  }

  /**
   * Reads the newest sound checkpoint of an earlier step than a step, as {@link #newest} does.
   *
   * @param step zero-based
   */
  public <T> Found<T> newestBefore(long step, Function<Checkpoint, T> reader) {
    return newest(name -> isBefore(name, step), reader);
  }

  private <T> Found<T> newest(Predicate<String> wanted, Function<Checkpoint, T> reader) {
    List<String> notes = new ArrayList<>();
    try {
      for (Path path : newestFirst()) {
        if (!wanted.test(name(path))) {
          continue;
        }
        try {
          Manifest manifest = Manifest.verified(path);
          T value = reader.apply(new Checkpoint(path, manifest.files().keySet()));
          return new Found<>(Optional.of(value), notes);
        } catch (BadDataException e) {
          notes.add("Passed over " + path + ": " + e.getMessage());
        }
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    if (!notes.isEmpty()) {
      throw new BadDataException(
          "one of the checkpoints in "
              + folder
              + " must be sound but none of "
              + notes.size()
              + " was; "
              + notes.get(0));
    }
    return new Found<>(Optional.empty(), notes);
  }
}
