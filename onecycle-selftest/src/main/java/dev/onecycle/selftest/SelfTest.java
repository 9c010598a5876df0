package dev.onecycle.selftest;

import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Tries cases and says which hold. */
public final class SelfTest {
  private static final System.Logger LOG = System.getLogger(SelfTest.class.getName());
  private static final int PATIENCE_SECONDS = 10;

  private SelfTest() {}

  /**
   * Tries every case of a group.
   *
   * @param progress told the number of cases done, from several threads in turn
   */
  public static GroupResult run(Group group, IntConsumer progress) {
    Path scratch = scratch();
    try {
      return run(group, scratch, progress);
    } finally {
      remove(scratch);
    }
  }

  private static Path scratch() {
    try {
      return Files.createTempDirectory("onecycle-selftest");
    } catch (IOException e) {
      throw IoErrors.cannotCreate(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  private static GroupResult run(Group group, Path scratch, IntConsumer progress) {
    long begin = System.nanoTime();
    Map<String, String> failures = new ConcurrentSkipListMap<>();
    Map<String, String> unreached = new ConcurrentSkipListMap<>();
    List<Callable<Boolean>> tasks =
        group.cases().stream()
            .<Callable<Boolean>>map(
                each ->
                    () -> {
                      run(each, scratch, failures, unreached);
                      return true;
                    })
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(group.atOnce());
    try {
      int done = 0;
      for (Future<Boolean> future : tasks.stream().map(threads::submit).toList()) {
        future.get();
        progress.accept(++done);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      end(threads);
    }
    return new GroupResult(
        group.name(),
        group.promise(),
        group.cases().size(),
        new TreeMap<>(failures),
        new TreeMap<>(unreached),
        (System.nanoTime() - begin) / 1e9,
        group.figures().text());
  }

  /** Everything that a case throws is its failure, errors of the machine too. */
  private static void run(
      Case each, Path scratch, Map<String, String> failures, Map<String, String> unreached)
      throws IOException {
    Path folder = Files.createTempDirectory(scratch, "case");
    try {
      each.check().in(folder);
    } catch (Unreached e) {
      unreached.put(each.name(), String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      failures.put(each.name(), e instanceof AssertionError ? e.getMessage() + "" : e.toString());
    } finally {
      remove(folder);
    }
  }

  /** Ends what still runs, where the self-test was told to stop. */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(System.Logger.Level.DEBUG, "a case still runs");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removes a folder and what is in it; what cannot be removed is left to the system. */
  private static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> "left over: " + folder, e);
    }
  }
}
