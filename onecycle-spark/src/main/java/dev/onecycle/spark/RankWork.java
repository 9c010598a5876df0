package dev.onecycle.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.files.Directories;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Logger LOG = LoggerFactory.getLogger(RankWork.class);

  /** The number of the rank in its answer. */
  static final String RANK = "rank";

  private final LocalImages images;
  private final long begun = System.currentTimeMillis();

  RankWork(LocalImages images) {
    this.images = images;
  }

  @Override
  public Iterator<String> apply(Iterator<Integer> rank) {
    BarrierTaskContext context = BarrierTaskContext.get();
    String answer;
    try {
      answer = work(context);
    } catch (BadDataException | InvalidValueException | DivergedException e) {
      answer = Answers.problem(e);
    }
    return CollectionConverters.asScala(List.of(answer).iterator());
  }

  private String work(BarrierTaskContext context) {
    long started = System.currentTimeMillis();
    String attempt = String.format(Locale.ROOT, "%015d-%04d", begun, context.stageAttemptNumber());
    Path folder = images.folder().resolve(attempt + "-rank-" + context.partitionId());
    try {
      TrainingConfig config = images.config();
      long copied = System.currentTimeMillis();
      RunMirror mirror = RunMirror.begin(folder, images.run(), attempt);
      RunSummary summary = train(mirror, folder, config, control(context));
      context.killTaskIfInterrupted();
      return answer(summary, mirror, started, copied);
    } finally {
      remove(folder);
    }
  }

  private static RunSummary train(
      RunMirror mirror, Path folder, TrainingConfig config, RunControl control) {
    if (!mirror.restore()) {
      return TrainingJob.start(config, folder, control, mirror);
    }
    ResumeOptions options =
        ResumeOptions.NONE
            .with(TrainingConfig.DATA, config.get(TrainingConfig.DATA))
            .with(TrainingConfig.CACHE, config.get(TrainingConfig.CACHE));
    return TrainingJob.resume(folder, options, control, mirror);
  }

  private String answer(RunSummary summary, RunMirror mirror, long started, long copied) {
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
    answer.put("save_seconds", mirror.seconds());
    answer.put("task_seconds", (System.currentTimeMillis() - started) / 1000.0);
    return answer.toString();
  }

  private static RunControl control(BarrierTaskContext context) {
    return new RunControl() {
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

  private static void remove(Path folder) {
    try {
      Directories.remove(folder);
    } catch (IOException e) {
      LOG.warn("{} is left behind: {}", folder, e.getMessage());
    }
  }
}
