package dev.onecycle.cli.launch;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JsonError;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.Rendezvous;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * The ranks of one machine: all are started, and where one fails all are ended and started again.
 *
 * <p>A rank that has failed leaves the others waiting for it. They get a moment to notice and to
 * say what they saw, then are asked to end, then are killed: within {@link #MAX_END_SECONDS} none
 * is left. Where all were told to stop before, the others may be saving, and get longer.
 *
 * <p>Ranks that were told to stop have no deadline: they save after the step or the evaluation that
 * is under way, and a rank that is killed instead loses all work since the last checkpoint. Who
 * cannot wait sends a second signal.
 */
final class RankJob {
  /** The time from the failure of a rank to the end of the last one. */
  static final int MAX_END_SECONDS = 5;

  private static final String FAULT_RANK = Faults.PROPERTY + ".rank";

  /** Others that fail by themselves in this time tell more of the cause than signals would. */
  private static final long NOTICE_MILLIS = 1000;

  /** The time in which rank 0 tells the ranks of other machines why one has failed. */
  private static final long TOLD_MILLIS = 2500;

  private static final long TERM_MILLIS = 2000;

  /** The time for others to save, where one fails after all were told to stop. */
  private static final long SAVING_MILLIS = 30_000;

  /** The beginning of lines that the engine writes on standard output. */
  private static final byte[] ENGINE = "[Gloo] ".getBytes(StandardCharsets.UTF_8);

  private static final long LOOK_MILLIS = 100;
  private static final long MAX_PAUSE_SECONDS = 30;

  /** Failures that a second attempt would meet again. */
  private static final Set<Integer> FINAL =
      Set.of(
          ExitCode.USAGE,
          ExitCode.BAD_DATA,
          ExitCode.RANK_FAILED,
          ExitCode.CANNOT_CREATE,
          ExitCode.CANNOT_WRITE,
          ExitCode.DIVERGED);

  /**
   * The command to start.
   *
   * @param command of an attempt, from 0: words for the operating system
   * @param json whether standard output is to hold one JSON object alone
   * @param extendsRun whether a second attempt could extend again what the first has extended
   */
  record Work(IntFunction<List<String>> command, boolean json, boolean extendsRun) {}

  /**
   * Where ranks run.
   *
   * @param machines the place of this machine among all; alone where there is one
   * @param ranks on each machine
   */
  record Place(Rendezvous machines, int ranks) {
    int size() {
      return machines.size() * ranks;
    }

    int rank(int local) {
      return machines.rank() * ranks + local;
    }
  }

  /** How a rank ended, or all of them: code 0. */
  record End(int rank, int code) {}

  private final Work work;
  private final Place place;
  private final int maxRestarts;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /** JSON objects of rank 0; locked, as a pump may still run after it was waited for. */
  private final List<String> held = new ArrayList<>();

  /**
   * @param environment of this process
   * @param out standard output, of rank 0 alone
   * @param err standard error, of all
   */
  RankJob(
      Work work,
      Place place,
      int maxRestarts,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    this.work = work;
    this.place = place;
    this.maxRestarts = maxRestarts;
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Runs to the end; answers how the last attempt ended. */
  End run() {
    for (int attempt = 0; ; attempt++) {
      synchronized (held) {
        held.clear();
      }
      End end = attempt(attempt);
      // After a signal to a rank of another machine all have saved, and ended in order, too.
      if (end.code == ExitCode.OK || Signals.stopRequested() || ExitCode.isSignal(end.code)) {
        return ended(end);
      }
      String failed = Numbers.format("rank %d ended with %s", end.rank, words(end.code));
      if (FINAL.contains(end.code)) {
        say(
            failed
                + (end.code == ExitCode.RANK_FAILED
                    ? "; the job has ended on another machine"
                    : "; another attempt would end so too"));
        return ended(end);
      }
      if (work.extendsRun) {
        say(
            failed
                + "; not started again: the run may be extended already; if its run.json says so, resume it without"
                + " --extend-epochs");
        return ended(end);
      }
      if (attempt == maxRestarts) {
        say(failed + (attempt == 0 ? "" : "; no restart is left of " + maxRestarts));
        return ended(end);
      }
      long seconds = Math.min(MAX_PAUSE_SECONDS, 1L << Math.min(attempt, 5));
      say(
          Numbers.format(
              "%s; all ranks start again in %d s, restart %d of %d",
              failed, seconds, attempt + 1, maxRestarts));
      try {
        TimeUnit.SECONDS.sleep(seconds);
      } catch (InterruptedException e) {
        return ended(new End(end.rank, Signals.exitCode()));
      }
    }
  }

  private End ended(End end) {
    List<String> results;
    synchronized (held) {
      held.removeIf(object -> !explains(JsonError.exitCode(object), end.code));
      results = List.copyOf(held);
    }
    results.forEach(out::println);
    out.flush();
    return end;
  }

  /**
   * Whether the object of rank 0 is about the end: it may have ended by the end of another rank.
   */
  private static boolean explains(int ofObject, int ofEnd) {
    return ofObject == ofEnd || (ExitCode.isSignal(ofObject) && ExitCode.isSignal(ofEnd));
  }

  /** Whether rank 0 has printed a JSON object that explains the end. */
  boolean hasResult() {
    synchronized (held) {
      return !held.isEmpty();
    }
  }

  private End attempt(int attempt) {
    BlockingQueue<RankProcess> ends = new LinkedBlockingQueue<>();
    List<RankProcess> ranks = new ArrayList<>();
    try {
      String host = place.machines.isAlone() ? "127.0.0.1" : place.machines.host();
      int port = place.machines.isAlone() ? freePort() : place.machines.port() + attempt;
      for (int local = 0; local < place.ranks; local++) {
        int rank = place.rank(local);
        ranks.add(
            RankProcess.start(
                rank,
                withFault(work.command.apply(attempt), rank, attempt),
                variables(local, host, port, attempt),
                rank == 0 ? this::ofFirst : (line, length) -> prefixed(rank, line, length),
                work.json ? Integer.MAX_VALUE : RankProcess.MAX_LINE, // a JSON object is one line
                (line, length) -> prefixed(rank, line, length),
                ends::add));
      }
      End end = watch(ranks, ends);
      Signals.uninterrupted(() -> ranks.forEach(RankProcess::drain));
      return end;
    } finally {
      ranks.stream().filter(RankProcess::isAlive).forEach(RankProcess::kill);
    }
  }

  /** Waits for the end of all ranks, and brings it about where one has failed. */
  private End watch(List<RankProcess> ranks, BlockingQueue<RankProcess> ends) {
    List<End> failures = new ArrayList<>();
    boolean told = false;
    boolean terminated = false;
    long failed = 0;
    long notice = NOTICE_MILLIS;
    for (int running = ranks.size(); running > 0; ) {
      RankProcess ended;
      try {
        ended = ends.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // A signal has come: what it asks for is read below.
        ended = null;
      }
      long now = System.nanoTime();
      if (ended != null) {
        running--;
        int code = ended.exitCode();
        boolean orderly = told && ExitCode.isSignal(code);
        // What is terminated here has not failed by itself, unless its code says so.
        if (code != ExitCode.OK && (!terminated || FINAL.contains(code))) {
          failures.add(new End(ended.rank(), code));
          if (failed == 0 && !orderly) {
            failed = now;
            notice = told ? SAVING_MILLIS : FINAL.contains(code) ? TOLD_MILLIS : NOTICE_MILLIS;
          }
        }
      }
      if (Signals.saveRequested()) {
        ranks.forEach(rank -> rank.order(LauncherWatch.SAVE));
      }
      if (Signals.stopRequested() && !told) {
        told = true;
        ranks.forEach(rank -> rank.order(Signals.number()));
      }
      long sinceFailure = failed == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(now - failed);
      if (sinceFailure >= notice && !terminated) {
        terminated = true;
        alive(ranks).forEach(RankProcess::terminate);
      }
      if (sinceFailure >= notice + TERM_MILLIS) {
        alive(ranks).forEach(RankProcess::kill);
      }
    }
    return cause(failures);
  }

  private static List<RankProcess> alive(List<RankProcess> ranks) {
    return ranks.stream().filter(RankProcess::isAlive).toList();
  }

  /**
   * The failure that explains the others: a rank that ends by another one, as its exit code says,
   * ends after it but may be seen before it.
   */
  private static End cause(List<End> failures) {
    return failures.stream()
        .min(Comparator.comparingInt(end -> precedence(end.code)))
        .orElse(new End(0, ExitCode.OK));
  }

  private static int precedence(int code) {
    return switch (code) {
      case ExitCode.RANK_FAILED -> 2;
      case ExitCode.RANK_LOST -> 3;
      default -> FINAL.contains(code) ? 0 : 1;
    };
  }

  /** The environment of this process, with the place of the rank. */
  private Map<String, String> variables(int local, String host, int port, int attempt) {
    Map<String, String> variables = new TreeMap<>(environment);
    Rendezvous.removeFrom(variables);
    int rank = place.rank(local);
    variables.put("RANK", Integer.toString(rank));
    variables.put("WORLD_SIZE", Integer.toString(place.size()));
    variables.put("LOCAL_RANK", Integer.toString(local));
    variables.put("LOCAL_WORLD_SIZE", Integer.toString(place.ranks));
    variables.put("GROUP_RANK", Integer.toString(place.machines.rank()));
    variables.put("MASTER_ADDR", host);
    variables.put("MASTER_PORT", Integer.toString(port));
    variables.put("TORCHELASTIC_RESTART_COUNT", Integer.toString(attempt));
    variables.put("TORCHELASTIC_MAX_RESTARTS", Integer.toString(maxRestarts));
    variables.put(Rendezvous.ONECYCLE_LAUNCH, Long.toString(ProcessHandle.current().pid()));
    return variables;
  }

  /** A fault by name is for one rank, where a property has its number, and one attempt. */
  private static List<String> withFault(List<String> command, int rank, int attempt) {
    String only = System.getProperty(FAULT_RANK, Integer.toString(rank));
    boolean here = attempt == 0 && only.equals(Integer.toString(rank));
    return command.stream()
        .filter(word -> here || !word.startsWith("-D" + Faults.PROPERTY + "="))
        .toList();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a port for the ranks to meet", e);
    }
  }

  private void ofFirst(byte[] line, int length) {
    if (length >= ENGINE.length
        && Arrays.equals(line, 0, ENGINE.length, ENGINE, 0, ENGINE.length)) {
      prefixed(0, line, length);
    } else if (work.json) {
      synchronized (held) {
        held.add(new String(line, 0, length, StandardCharsets.UTF_8));
      }
    } else {
      print(out, "", line, length);
    }
  }

  private void prefixed(int rank, byte[] line, int length) {
    print(err, "[rank " + rank + "] ", line, length);
  }

  private static void print(PrintStream to, String prefix, byte[] line, int length) {
    synchronized (to) {
      byte[] before = prefix.getBytes(StandardCharsets.UTF_8);
      to.write(before, 0, before.length);
      to.write(line, 0, length);
      to.write('\n');
      to.flush();
    }
  }

  private void say(String line) {
    byte[] bytes = ("onecycle: " + line).getBytes(StandardCharsets.UTF_8);
    print(err, "", bytes, bytes.length);
  }

  /** An exit code in words. */
  static String words(int code) {
    return code > 128 && code < 160 && !ExitCode.isSignal(code)
        ? Numbers.format("exit code %d, killed by signal %d", code, code - 128)
        : "exit code " + code;
  }
}
