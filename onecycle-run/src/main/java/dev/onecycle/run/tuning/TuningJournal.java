package dev.onecycle.run.tuning;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.tune.TuningResult;
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
 * The results of a tuning run or a sweep, each on disk as soon as it exists, so that one that ended
 * early can be resumed.
 *
 * <p>Tuning is plain code from top to bottom. Every piece of work has a name: {@link
 * #computeIfAbsent} does it the first time and keeps its result; when the same tuning is run again
 * with the same file, it returns the kept result.
 */
public final class TuningJournal implements Memo {
  /** The file's name in the folder of a tuning run. */
  public static final String FILE = "tuning.json";

  private static final String RESULT = "result";
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
   * The content of the file.
   *
   * @param format version of this record
   * @param request everything that the results depend on, by name
   * @param results so far, by the name of the work
   */
  public record Content(
      @JsonProperty("format") int format,
      @JsonProperty("request") Map<String, String> request,
      @JsonProperty("results") Map<String, JsonNode> results) {}

  /**
   * Begins a tuning run in a folder, or resumes the one that the folder holds.
   *
   * @param request everything that the results depend on, by name
   * @param writer runs the task that writes the file: a program that can be interrupted holds
   *     interrupts back meanwhile
   * @throws InvalidValueException where the folder holds a run with another request
   * @throws BadDataException where its file cannot be read
   */
  public static TuningJournal open(
      Path folder, Map<String, String> request, Consumer<Runnable> writer) {
    return openFile(folder.resolve(FILE), request, writer);
  }

  /**
   * Begins a tuning run or a sweep whose results are kept in a file, or resumes the one in the
   * file.
   *
   * @param request everything that the results depend on, by name
   * @param writer runs the task that writes the file, see {@link #open}
   * @throws InvalidValueException where the file holds a run with another request
   * @throws BadDataException where the file cannot be read
   */
  public static TuningJournal openFile(
      Path file, Map<String, String> request, Consumer<Runnable> writer) {
    if (!Files.exists(file)) {
      TuningJournal fresh = new TuningJournal(file, request, new LinkedHashMap<>(), writer);
      fresh.write();
      return fresh;
    }
    Content content = readFile(file);
    requireSame(file, content.request, request);
    return new TuningJournal(file, request, new LinkedHashMap<>(content.results), writer);
  }

  /**
   * Whether a file holds the results of a request; false where there is no file.
   *
   * @throws BadDataException where the file cannot be read
   */
  public static boolean holds(Path file, Map<String, String> request) {
    return Files.exists(file) && readFile(file).request.equals(request);
  }

  /** The file of a tuning run. */
  public static Content read(Path folder) {
    return readFile(folder.resolve(FILE));
  }

  private static Content readFile(Path file) {
    Content content = JsonFile.read(file, Content.class, "a tuning record");
    if (content.format != FORMAT) {
      throw new BadDataException(
          file + " has format " + content.format + ", which this version does not know");
    }
    return content;
  }

  /** The result of a tuning run; empty where it has not reached its end. */
  public static Optional<TuningResult> result(Path folder) {
    return Optional.ofNullable(read(folder).results.get(RESULT))
        .map(tree -> JsonFile.value(tree, TuningResult.class, folder.resolve(FILE) + ""));
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
            then + ", as in " + file + ",",
            now,
            "resume with the same settings, or name another output");
      }
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** The number of results that are kept. */
  public int size() {
    return results.size();
  }

  /** The number of results that are kept of work whose name begins so. */
  public int size(String prefix) {
    return (int) results.keySet().stream().filter(name -> name.startsWith(prefix)).count();
  }

  @Override
  public <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work) {
    @Nullable JsonNode kept = results.get(name);
    if (kept != null) {
      return JsonFile.value(kept, type, file + ", " + name + ",");
    }
    T result = work.get();
    results.put(name, JsonFile.tree(result));
    write();
    return result;
  }

  @Override
  public boolean contains(String name) {
    return results.containsKey(name);
  }

  /** Whether the run has come to its end. */
  public boolean isConcluded() {
    return results.containsKey(RESULT);
  }

  /** Keeps the result of the whole run. */
  public void conclude(TuningResult result) {
    results.put(RESULT, JsonFile.tree(result));
    write();
  }

  private void write() {
    writer.accept(() -> JsonFile.write(file, new Content(FORMAT, request, results)));
  }
}
