package dev.onecycle.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The learning rate range test on a trainer of DJL.
 *
 * <p>Afterwards the parameters, running statistics among them, and the optimizer are as before, to
 * the bit. No listener and no metric hears of the test. DJL's streams of random numbers, for
 * dropout and for the order of batches, cannot be read and put back: {@link #run} draws from them.
 * Set them anew by {@link Engine#setRandomSeed} where a training must repeat.
 */
public final class TrainerRangeTest {
  private TrainerRangeTest() {}

  /**
   * As {@link #run(RangeTest, Trainer, PolicyOptimizer, Dataset, Consumer)}, without a listener.
   */
  public static RangeResult run(
      RangeTest test, Trainer trainer, PolicyOptimizer optimizer, Dataset data) {
    return run(test, trainer, optimizer, data, point -> {});
  }

  /**
   * Runs the test on batches of the data, epoch after epoch.
   *
   * @param trainer initialized, on one device, which has the parameters
   * @param optimizer the trainer's own
   * @param data the training data, with its own batch size
   * @param listener called with every point as it is measured
   * @throws dev.onecycle.error.InvalidValueException where the trainer has several devices, its
   *     parameters lie on another one, or it has another optimizer
   * @throws BadDataException where the data have no batch
   */
  public static RangeResult run(
      RangeTest test,
      Trainer trainer,
      PolicyOptimizer optimizer,
      Dataset data,
      Consumer<RangePoint> listener) {
    Require.that(
        trainer.getDevices().length == 1,
        "devices of the trainer",
        "one",
        trainer.getDevices().length,
        trainer);
    Metrics metrics = trainer.getMetrics();
    trainer.setMetrics(null);
    try (NDManager copies = trainer.getManager().newSubManager();
        Batches batches = new Batches(trainer, data)) {
      List<Copy> before = copies(trainer, copies);
      PolicyOptimizer.Memory memory = optimizer.setAside();
      return test.run(
          (rate, momentum) -> {
            optimizer.fix(rate, momentum);
            long updates = optimizer.updates();
            double loss = step(trainer, batches.next());
            Require.that(
                optimizer.updates() == updates + 1,
                "optimizer",
                "the one that the trainer updates with",
                "another",
                optimizer);
            return loss;
          },
          () -> {
            before.forEach(Copy::restore);
            memory.restore();
          },
          listener);
    } finally {
      trainer.setMetrics(metrics);
    }
  }

  /** As {@code EasyTrain.trainBatch}, which keeps the loss to itself. */
  private static double step(Trainer trainer, Batch next) {
    try (Batch batch = next) {
      // On the trainer's device, of which there is one.
      Batch own = batch.split(trainer.getDevices(), false)[0];
      NDList labels = own.getLabels();
      double loss;
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDList scores = trainer.forward(own.getData(), labels);
        NDArray value = trainer.getLoss().evaluate(labels, scores);
        collector.backward(value);
        loss = value.toType(ai.djl.ndarray.types.DataType.FLOAT64, false).getDouble();
        scores.close();
        value.close();
      }
      trainer.step();
      return loss;
    }
  }

  private static List<Copy> copies(Trainer trainer, NDManager manager) {
    List<Copy> copies = new ArrayList<>();
    for (Parameter parameter : trainer.getModel().getBlock().getParameters().values()) {
      NDArray array = parameter.getArray();
      requireOn(trainer.getDevices()[0], array.getDevice(), parameter.getName());
      NDArray copy = array.stopGradient().duplicate();
      copy.attach(manager);
      copies.add(new Copy(array, copy));
    }
    return copies;
  }

  /** DJL trains a mirror of a parameter that lies elsewhere, which could not be put back. */
  static void requireOn(Device trained, Device stored, String parameter) {
    if (!stored.equals(trained)) {
      throw Require.invalid(
          "device of parameter " + parameter,
          trained + ", the trainer's device,",
          stored,
          "make the model on the trainer's device, with Model.newInstance(name, device)");
    }
  }

  /** The values of a parameter before the test. */
  private record Copy(NDArray array, NDArray before) {
    void restore() {
      before.copyTo(array);
    }
  }

  /** The batches of the data, epoch after epoch. */
  private static final class Batches implements AutoCloseable {
    private final Trainer trainer;
    private final Dataset data;
    private Iterator<Batch> epoch = List.<Batch>of().iterator();

    Batches(Trainer trainer, Dataset data) {
      this.trainer = trainer;
      this.data = data;
    }

    Batch next() {
      if (!epoch.hasNext()) {
        epoch = begin();
        if (!epoch.hasNext()) {
          throw new BadDataException("data must have a batch at least but had none");
        }
      }
      return epoch.next();
    }

    private Iterator<Batch> begin() {
      try {
        return trainer.iterateDataset(data).iterator();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (TranslateException e) {
        throw new BadDataException("data must be read but were not: " + e.getMessage(), e);
      }
    }

    /** Batches that DJL has prepared ahead belong to the trainer's manager, which frees them. */
    @Override
    public void close() {
      epoch = List.<Batch>of().iterator();
    }
  }
}
