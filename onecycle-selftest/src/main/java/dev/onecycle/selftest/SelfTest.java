package dev.onecycle.selftest;

import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.Directories;
import dev.onecycle.selftest.data.DataGroups;
import dev.onecycle.selftest.engine.EngineGroups;
import dev.onecycle.selftest.fuzz.FuzzGroups;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.GroupResult;
import dev.onecycle.selftest.harness.NotTriedException;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.selftest.run.RunGroups;
import dev.onecycle.selftest.soak.SoakGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** The self-test: groups of cases, and how they are run. */
public final class SelfTest {
  private static final System.Logger LOG = System.getLogger(SelfTest.class.getName());
  private static final int END_SECONDS = 10;

  private SelfTest() {}

  /**
   * All groups of a tier, in the order in which they run.
   *
   * @param program the command line under test
   */
  public static List<Group> groups(Tier tier, Program program) {
    return Stream.of(
            RunGroups.of(tier, program),
            DataGroups.of(tier),
            FuzzGroups.of(tier, program),
            EngineGroups.of(tier),
            SoakGroups.of(tier, program))
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Runs every case of a group.
   *
   * @param progress receives the number of cases done
   * @throws CancellationException if the thread is interrupted; processes of cases are killed
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
    Map<String, String> notTried = new ConcurrentSkipListMap<>();
    List<Callable<Boolean>> tasks =
        group.cases().stream()
            .<Callable<Boolean>>map(
                each ->
                    () -> {
                      run(each, scratch, failures, notTried);
                      return true;
                    })
            .toList();
    ExecutorService threads = Executors.newFixedThreadPool(group.threads());
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
        group, new TreeMap<>(failures), new TreeMap<>(notTried), (System.nanoTime() - begin) / 1e9);
  }

  /** Everything that a case throws is its failure, errors of the virtual machine too. */
  private static void run(
      Case each, Path scratch, Map<String, String> failures, Map<String, String> notTried)
      throws IOException {
    Path folder = Files.createTempDirectory(scratch, "case");
    try {
      each.check().run(folder);
    } catch (NotTriedException e) {
      notTried.put(each.name(), String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      failures.put(each.name(), e instanceof AssertionError ? e.getMessage() + "" : e.toString());
    } finally {
      remove(folder);
    }
  }

  /** Ends the cases that still run after an interrupt. */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(System.Logger.Level.DEBUG, "a case still runs");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removes a folder; a file that cannot be removed is logged and left to the system. */
  private static void remove(Path folder) {
    try {
      Directories.remove(folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> "left over: " + folder, e);
    }
  }
}
