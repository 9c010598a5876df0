package dev.onecycle.torch.job;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.Task;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.train.Metric;
import java.util.List;

/**
 * Data, network, loss and metrics that a program gives to a {@link TrainingJob}, in place of a path
 * and the name of a model.
 *
 * <p>A value, begun by {@link #of} and changed by its {@code with} methods.
 */
public final class TrainingTask {
  private final Values values;

  private TrainingTask(Values values) {
    this.values = values;
  }

  private record Parts(Dataset train, Dataset validation, Network network) {}

  private record Values(
      String name, Parts parts, Loss loss, List<Metric> metrics, Augmentation augmentation) {
    Values {
      metrics = List.copyOf(metrics);
      Targets targets = parts.train.targets();
      loss.requireFits(targets);
      Metric.requireFits(metrics, targets);
      requireAlike("layout", parts.train.layout(), parts.validation.layout());
      requireAlike("targets", targets, parts.validation.targets());
    }
  }

  private static void requireAlike(String part, Object train, Object validation) {
    Require.that(
        train.equals(validation),
        part + " of the validation samples",
        train + ", as in training,",
        validation,
        validation);
  }

  /**
   * A task with the usual loss and metrics of its targets, see {@link Loss#usual} and {@link
   * Metric#usual}, without augmentation.
   *
   * @param name of the data, for reports
   * @param train samples to train on
   * @param validation samples to evaluate on after each epoch, none of which is trained on
   * @param network with an output for each name of the targets
   * @throws InvalidValueException where these do not fit each other
   */
  public static TrainingTask of(String name, Dataset train, Dataset validation, Network network) {
    Targets targets = train.targets();
    return new TrainingTask(
        new Values(
            name,
            new Parts(train, validation, network),
            Loss.usual(targets),
            Metric.usual(targets),
            Augmentation.none()));
  }

  /**
   * The same task with another loss.
   *
   * @throws InvalidValueException where it is not one for the targets
   */
  public TrainingTask withLoss(Loss loss) {
    return new TrainingTask(
        new Values(values.name, values.parts, loss, values.metrics, values.augmentation));
  }

  /**
   * The same task with other metrics. The first one tells the best epoch.
   *
   * @throws InvalidValueException where one is not for the targets
   */
  public TrainingTask withMetrics(Metric... metrics) {
    return new TrainingTask(
        new Values(values.name, values.parts, values.loss, List.of(metrics), values.augmentation));
  }

  /** The same task with random changes of its training images, whose targets stay as they are. */
  public TrainingTask withAugmentation(Augmentation augmentation) {
    return new TrainingTask(
        new Values(values.name, values.parts, values.loss, values.metrics, augmentation));
  }

  /** The name of the data. */
  public String name() {
    return values.name;
  }

  /** The samples to train on. */
  public Dataset train() {
    return values.parts.train;
  }

  /** The samples to evaluate on. */
  public Dataset validation() {
    return values.parts.validation;
  }

  /** The network. */
  public Network network() {
    return values.parts.network;
  }

  /** The loss that training lowers. */
  public Loss loss() {
    return values.loss;
  }

  /** The metrics of evaluations; the first one tells the best epoch. */
  public List<Metric> metrics() {
    return values.metrics;
  }

  /** The random changes of training images. */
  public Augmentation augmentation() {
    return values.augmentation;
  }

  /** SHA-256 of the training and the validation samples. */
  String fingerprint(String training) {
    return Sha256.of(training + validation().fingerprint());
  }

  /** The task as it stands in the record of its run. */
  Task record() {
    Dataset train = train();
    return new Task(
        train.layout().noun() + "s " + train.layout(),
        train.targets().kind(),
        train.targets().names(),
        values.loss.describe(),
        values.metrics.stream().map(Metric::measure).toList(),
        true);
  }
}
