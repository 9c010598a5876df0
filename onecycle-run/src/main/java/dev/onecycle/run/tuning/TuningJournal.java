package dev.onecycle.run.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.files.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The results of a tuning run, each on disk as soon as it is there, so that a run that was ended in
 * any way goes on where it was.
 *
 * <p>Work is named. {@link #once} does it the first time and remembers what came out; when the same
 * tuning is run again in the same folder, it answers what is remembered. So whoever tunes writes
 * plain code from top to bottom, and a resumed run takes the same way through it.
 */
public final class TuningJournal implements Memo {
  /** The file's name in the folder of a tuning run. */
  public static final String FILE = "tuning.json";

  /** The name under which {@link TuningOutcome} stands among the results of a run that is done. */
  public static final String OUTCOME = "outcome";

  private static final int FORMAT = 1;

  private final Path file;
  private final Map<String, String> request;
  private final Map<String, JsonNode> results;
  private final Consumer<Runnable> writer;

  private TuningJournal(
      Path file,
      Map<String, String> request,
      Map<String, JsonNode> results,
      Consumer<Runnable> writer) {
    this.writer = writer;
    this.file = file;
    this.request = request;
    this.results = results;
  }

  /**
   * The file's content.
   *
   * @param format version of this record
   * @param request what is tuned, and how, by name
   * @param results what has come out so far, by the name of the work
   */
  public record Content(int format, Map<String, String> request, Map<String, JsonNode> results) {}

  /**
   * Begins a tuning run in a folder, or goes on with the one that is there.
   *
   * @param request all that results depend on, by name
   * @param writer runs what writes the file: a program that can be interrupted keeps it from being
   *     interrupted meanwhile
   * @throws InvalidValueException where another request was begun in the folder
   * @throws BadDataException where what is there cannot be understood
   */
  public static TuningJournal open(
      Path folder, Map<String, String> request, Consumer<Runnable> writer) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      TuningJournal fresh = new TuningJournal(file, request, new LinkedHashMap<>(), writer);
      fresh.write();
      return fresh;
    }
    Content content = read(folder);
    requireSame(file, content.request, request);
    return new TuningJournal(file, request, new LinkedHashMap<>(content.results), writer);
  }

  /** What a tuning run has come to so far. */
  public static Content read(Path folder) {
    Path file = folder.resolve(FILE);
    Content content = JsonFile.read(file, Content.class, "a tuning record");
    if (content.format != FORMAT) {
      throw new BadDataException(
          file + " has format " + content.format + ", which this version does not know");
    }
    return content;
  }

  /** What a tuning run has chosen; empty where it has not come to its end. */
  public static Optional<TuningOutcome> outcome(Path folder) {
    return Optional.ofNullable(read(folder).results.get(OUTCOME))
        .map(tree -> JsonFile.value(tree, TuningOutcome.class, folder.resolve(FILE) + ""));
  }

  private static void requireSame(
      Path file, Map<String, String> begun, Map<String, String> request) {
    TreeSet<String> names = new TreeSet<>(begun.keySet());
    names.addAll(request.keySet());
    for (String name : names) {
      String then = begun.getOrDefault(name, "not set");
      String now = request.getOrDefault(name, "not set");
      if (!then.equals(now)) {
        throw new InvalidValueException(
            name,
            then + ", as in the tuning begun in " + file + ",",
            now,
            "resume with the same settings, or name another folder");
      }
    }
  }

  /** How much work was done before. */
  public int size() {
    return results.size();
  }

  @Override
  public <T> T once(String work, Class<T> type, Supplier<T> doing) {
    @Nullable JsonNode remembered = results.get(work);
    if (remembered != null) {
      return JsonFile.value(remembered, type, file + ", " + work + ",");
    }
    T result = doing.get();
    results.put(work, JsonFile.tree(result));
    write();
    return result;
  }

  @Override
  public boolean knows(String work) {
    return results.containsKey(work);
  }

  /** Keeps what all the work has come to, under {@link #OUTCOME}. */
  public void conclude(TuningOutcome outcome) {
    results.put(OUTCOME, JsonFile.tree(outcome));
    write();
  }

  private void write() {
    writer.accept(() -> JsonFile.write(file, new Content(FORMAT, request, results)));
  }
}
