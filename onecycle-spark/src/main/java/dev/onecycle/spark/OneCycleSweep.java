package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Range tests as ordinary tasks of Spark, at the same time: of several values of a hyper-parameter,
 * and of several seeds.
 *
 * <pre>{@code
 * Sweep sweep = new OneCycleSweep(classifier)
 *     .run(images, Hyperparameter.WEIGHT_DECAY, List.of(1e-2, 1e-3, 1e-4))
 *     .sweep();
 * sweep.chosenValue().ifPresent(classifier::setWeightDecay);
 * }</pre>
 *
 * <p>Each test is a task of one rank; its result is that of {@code onecycle sweep} on the same
 * images with as many threads.
 */
public final class OneCycleSweep {
  /** The columns of {@link Tests#points}. */
  private static final StructType POINTS =
      new StructType()
          .add("value", DataTypes.DoubleType)
          .add("seed", DataTypes.LongType)
          .add("step", DataTypes.IntegerType)
          .add("learning_rate", DataTypes.DoubleType)
          .add("loss", DataTypes.DoubleType)
          .add("smoothed", DataTypes.DoubleType);

  private final OneCycleClassifier classifier;

  /**
   * Sweeps for a classifier.
   *
   * @param classifier whose columns and parameters are used; it is not changed
   */
  public OneCycleSweep(OneCycleClassifier classifier) {
    this.classifier = classifier;
  }

  /**
   * The tests of a sweep.
   *
   * @param sweep the candidates, the chosen value and the reason
   * @param points the curves: {@code value, seed, step, learning_rate, loss, smoothed}
   */
  public record Tests(Sweep sweep, Dataset<Row> points) {}

  /**
   * Tests values of a hyper-parameter, and chooses one by the edges of their curves. The setting
   * {@code range_repeats} gives the number of seeds.
   *
   * @throws InvalidValueException where a value or a parameter of the classifier is out of range
   * @throws BadDataException where the images cannot be used
   */
  public Tests run(Dataset<?> images, Hyperparameter parameter, List<Double> values) {
    List<Double> distinct = values.stream().distinct().toList();
    Require.that(
        !values.isEmpty() && distinct.size() == values.size(),
        "values",
        "at least one, all different,",
        values,
        values);
    values.forEach(parameter::require);
    TrainingConfig config = classifier.config();
    if (parameter == Hyperparameter.DROPOUT) {
      double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
      config = config.with(TrainingConfig.DROPOUT, most); // so that the network has the layers
    }
    List<Test> tests = new ArrayList<>();
    for (double value : values) {
      for (int i = 0; i < config.get(TrainingConfig.RANGE_REPEATS); i++) {
        tests.add(new Test(parameter, value, config.get(TrainingConfig.SEED) + i));
      }
    }
    List<RangeResult> results =
        classifier
            .fitOf(images, config)
            .onShards(ClassifierFit.Purpose.sweep(), run -> results(images, run, tests));
    List<Candidate> candidates = new ArrayList<>();
    List<Row> points = new ArrayList<>();
    for (double value : values) {
      List<RangeResult> own = new ArrayList<>();
      for (int i = 0; i < tests.size(); i++) {
        if (tests.get(i).value == value) {
          own.add(results.get(i));
          for (RangePoint point : results.get(i).points()) {
            points.add(row(tests.get(i), point));
          }
        }
      }
      candidates.add(Candidate.of(value, RangeSummary.of(own)));
    }
    return new Tests(
        Sweep.byEdge(parameter, candidates), images.sparkSession().createDataFrame(points, POINTS));
  }

  private static Row row(Test test, RangePoint point) {
    return RowFactory.create(
        test.value, test.seed, point.step(), point.learningRate(), point.loss(), point.smoothed());
  }

  private static List<RangeResult> results(Dataset<?> images, LocalImages run, List<Test> tests) {
    return new JavaSparkContext(images.sparkSession().sparkContext())
        .parallelize(tests, tests.size()).map(new Work(run)).collect().stream()
            .map(Answers::read)
            .map(answer -> JsonFile.value(answer.get("result"), RangeResult.class, "a range test"))
            .toList();
  }

  /** One range test. */
  private record Test(Hyperparameter parameter, double value, long seed)
      implements java.io.Serializable {}

  /** Runs a range test, on an executor. */
  private static final class Work implements Function<Test, String> {
    private static final long serialVersionUID = 1;

    private final LocalImages images;

    Work(LocalImages images) {
      this.images = images;
    }

    @Override
    public String call(Test test) {
      TaskContext context = TaskContext.get();
      HeldBatch held =
          test.parameter == Hyperparameter.BATCH_SIZE
              ? HeldBatch.WHOLE.upTo((int) test.value)
              : HeldBatch.WHOLE;
      try (Experiment experiment =
          Experiment.openForTuning(images.config(), held, JobListener.NONE)) {
        TrainingConfig config = experiment.config();
        SweepPlan plan =
            new SweepPlan(
                config.slowRangeTest(config.policyChoice().momentumAtPeak()),
                config.rangeLoss(),
                config.minImagesOfSlowRangeTest(),
                1,
                test.seed,
                SweepPlan.ShortCycles.none());
        Sweep one =
            new Sweeper(
                    experiment.trainImages(),
                    experiment.evaluationImages(),
                    experiment::newLearner,
                    Memo.none(),
                    killed(context),
                    context::isInterrupted)
                .sweep(experiment.setup(), test.parameter, List.of(test.value), plan);
        ObjectNode answer = Answers.answer();
        JsonNode result = JsonFile.tree(one.candidates().get(0).test().runs().get(0));
        answer.set("result", result);
        return answer.toString();
      } catch (BadDataException | InvalidValueException e) {
        return Answers.problem(e);
      }
    }

    /** A range test does not ask whether to stop; this ends it with its task. */
    private static TuningListener killed(TaskContext context) {
      return new TuningListener() {
        @Override
        public void advanced(Task task, long done, long total, String message) {
          context.killTaskIfInterrupted();
        }
      };
    }
  }
}
