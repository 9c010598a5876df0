package dev.onecycle.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeTest;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * The work of one rank: a task of a barrier stage. It copies the images to its machine, trains, and
 * answers a JSON object.
 *
 * <p>A stage that Spark tries again goes on from the newest checkpoint in the shared folder.
 */
final class RankWork extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** The number of the rank in its answer. */
  static final String RANK = "rank";

  /** The folder of errors that ended an attempt, in the folder of a run. */
  static final String PROBLEMS = "problems";

  /**
   * The timeout of collective operations: rank 0 may copy its checkpoint to a slow file system
   * while the others wait. A process that ends is noticed at once, once all have met.
   */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** The tasks of a stage start together. */
  private static final Duration MEETING = Duration.ofMinutes(2);

  private static final long TOLD_WITHIN_NANOS = 5_000_000_000L;
  private static final long PAUSE_NANOS = 100_000_000;

  private final LocalImages images;
  private final int ranks;
  private final long begun = System.currentTimeMillis();

  RankWork(LocalImages images, int ranks) {
    this.images = images;
    this.ranks = ranks;
  }

  @Override
  public Iterator<String> apply(Iterator<Integer> rank) {
    BarrierTaskContext context = BarrierTaskContext.get();
    requireAll(context);
    String answer;
    try {
      answer = work(context);
    } catch (BadDataException | InvalidValueException | DivergedException e) {
      answer = Answers.problem(e);
      tell(context, answer);
    } catch (RankException e) {
      answer = told(context).orElseThrow(() -> e);
    }
    return CollectionConverters.asScala(List.of(answer).iterator());
  }

  /**
   * Spark tries only some tasks of a stage again where the others have ended before the failure
   * came. The task that fails here makes it try all of them.
   */
  private void requireAll(BarrierTaskContext context) {
    int started = context.getTaskInfos().length;
    if (started != ranks) {
      throw new IllegalStateException(
          "Spark has started "
              + started
              + " of "
              + ranks
              + " ranks; the stage must start them all");
    }
  }

  /**
   * Leaves an error that another try would meet again for the other ranks, which only see that this
   * one has gone.
   */
  private void tell(BarrierTaskContext context, String answer) {
    images
        .run()
        .resolve(PROBLEMS)
        .write(
            attempt(context) + "-" + context.partitionId(),
            out -> out.write(answer.getBytes(StandardCharsets.UTF_8)));
  }

  /** The error of another rank that ended the group; empty where it was no such error. */
  private Optional<String> told(BarrierTaskContext context) {
    SharedFolder problems = images.run().resolve(PROBLEMS);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < TOLD_WITHIN_NANOS && !context.isInterrupted()) {
      for (String name : problems.names()) {
        if (name.startsWith(attempt(context))) {
          return Optional.of(new String(problems.read(name), StandardCharsets.UTF_8));
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return Optional.empty();
  }

  private String attempt(BarrierTaskContext context) {
    return String.format(Locale.ROOT, "%015d-%04d", begun, context.stageAttemptNumber());
  }

  /**
   * Meets the other ranks on the machine of rank 0.
   *
   * @throws IllegalStateException where another process has taken the port: Spark then runs the
   *     stage again, with another one
   */
  private static ProcessGroup join(BarrierTaskContext context, int port) {
    List<String> hosts =
        Arrays.stream(context.getTaskInfos())
            .map(info -> info.address().replaceFirst(":\\d+$", ""))
            .toList();
    int rank = context.partitionId();
    String here = hosts.get(rank);
    Rendezvous place =
        Rendezvous.of(rank, hosts.size(), hosts.get(0), port)
            .withLocal(
                Collections.frequency(hosts.subList(0, rank), here),
                Collections.frequency(hosts, here));
    Thread watch = interruptsWith(context);
    try {
      return ProcessGroup.join(place, MEETING, TIMEOUT);
    } catch (InvalidValueException e) {
      throw new IllegalStateException("ranks cannot meet: " + e.getMessage(), e);
    } finally {
      watch.interrupt();
    }
  }

  /**
   * Interrupts this thread when Spark ends its task, as it does where the executor of another rank
   * has died: Spark itself only marks the task, and a rank that waits for the others sees no mark.
   *
   * @return the thread that watches, to be interrupted when this one waits no more
   */
  private static Thread interruptsWith(BarrierTaskContext context) {
    Thread waiting = Thread.currentThread();
    Thread watch =
        new Thread(
            () -> {
              while (!context.isInterrupted()) {
                LockSupport.parkNanos(PAUSE_NANOS);
                if (Thread.interrupted()) {
                  return;
                }
              }
              waiting.interrupt();
            },
            "onecycle-meeting");
    watch.setDaemon(true);
    watch.start();
    return watch;
  }

  /** A port that is free now. */
  private static String freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration of this rank, or the error that it ends with. */
  private record Prepared(Optional<TrainingConfig> config, Optional<String> problem) {
    static Prepared of(LocalImages images) {
      try {
        return new Prepared(Optional.of(images.config()), Optional.empty());
      } catch (BadDataException | InvalidValueException e) {
        return new Prepared(Optional.empty(), Optional.of(Answers.problem(e)));
      }
    }
  }

  private String work(BarrierTaskContext context) {
    long started = System.currentTimeMillis();
    String attempt = attempt(context);
    Path folder = images.folder().resolve(attempt + "-rank-" + context.partitionId());
    try {
      Prepared own = Prepared.of(images);
      long copied = System.currentTimeMillis();
      // Also of a rank that cannot train: the others must not wait for it.
      String[] all =
          context.allGather(own.problem.orElse(context.partitionId() == 0 ? freePort() : ""));
      for (String message : all) {
        if (message.startsWith("{")) {
          return message;
        }
      }
      TrainingConfig config = own.config.orElseThrow();
      RunMirror mirror = RunMirror.of(folder, images.run(), attempt);
      try (ProcessGroup ranks = join(context, Integer.parseInt(all[0]))) {
        long met = System.currentTimeMillis();
        boolean resumed =
            ranks.ofFirst(mirror::begun, ProcessGroup.LONG).equals(RunMirror.RESTORED);
        RunSummary summary = train(resumed, mirror, folder, config, control(context, ranks));
        context.killTaskIfInterrupted();
        ranks.awaitAll(); // no rank of this machine needs the images any more
        images.removeCopy();
        if (ranks.isFirst()) {
          Faults.at("rank.answer");
        }
        return answer(summary, mirror, started, copied, met);
      }
    } finally {
      LocalImages.remove(folder);
    }
  }

  private static RunSummary train(
      boolean resumed, RunMirror mirror, Path folder, TrainingConfig config, RunControl control) {
    JobListener killed = killed(BarrierTaskContext.get());
    if (!resumed) {
      return TrainingJob.start(config, folder, control, mirror, killed);
    }
    ResumeOptions options =
        ResumeOptions.NONE
            .with(TrainingConfig.DATA, config.get(TrainingConfig.DATA))
            .with(TrainingConfig.CACHE, config.get(TrainingConfig.CACHE));
    return TrainingJob.resume(folder, options, control, mirror, killed);
  }

  /** A range test of one rank asks no control whether to stop; this ends it with its task. */
  private static JobListener killed(BarrierTaskContext context) {
    return new JobListener() {
      @Override
      public void rangeTest(int test, int tests, RangeTest plan, RangePoint point) {
        context.killTaskIfInterrupted();
      }
    };
  }

  private String answer(RunSummary summary, RunMirror mirror, long started, long copied, long met) {
    ObjectNode answer = Answers.answer();
    answer.put(RANK, BarrierTaskContext.get().partitionId());
    answer.put("finished", summary.isFinished());
    summary.record().data().classes().forEach(answer.putArray("classes")::add);
    answer.put("learning_rate", summary.learningRate());
    answer.put("train_images", summary.record().data().trainImages());
    answer.put("evaluated_on", summary.record().data().evaluationName());
    summary.evaluated().ifPresent(evaluated -> answer.put("accuracy", summary.accuracy()));
    answer.put("epochs", summary.epochs().size());
    answer.put("train_seconds", summary.epochs().stream().mapToDouble(e -> e.trainSeconds()).sum());
    answer.put("start_seconds", (started - begun) / 1000.0);
    answer.put("copy_seconds", (copied - started) / 1000.0);
    answer.put("meet_seconds", (met - copied) / 1000.0);
    answer.put("save_seconds", mirror.seconds());
    answer.put("task_seconds", (System.currentTimeMillis() - started) / 1000.0);
    return answer.toString();
  }

  private static RunControl control(BarrierTaskContext context, ProcessGroup ranks) {
    return new RunControl() {
      @Override
      public ProcessGroup ranks() {
        return ranks;
      }

      @Override
      public boolean stopRequested() {
        return context.isInterrupted() || RunControl.INTERRUPTS.stopRequested();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return RunControl.INTERRUPTS.uninterrupted(work);
      }
    };
  }
}
