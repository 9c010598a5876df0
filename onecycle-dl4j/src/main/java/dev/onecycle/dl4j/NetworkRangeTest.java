package dev.onecycle.dl4j;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StepFunction;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The learning rate range test on a network of Deeplearning4j.
 *
 * <p>The test trains a copy with a new updater state, so that the network is not touched; its
 * listeners hear nothing. The stream of random numbers of the calling thread, from which dropout
 * draws, is put back. The iterator is read, and reset where it ends; reset it before the training.
 *
 * <p>The loss of a step is the network's score, with its regularization. The momentum of the test
 * is set for {@code Nesterovs}, and β1 for {@code Adam} and its kin. With {@code Sgd}, which has no
 * momentum, the momentum of the test must be 0.
 */
public final class NetworkRangeTest {
  private NetworkRangeTest() {}

  /** As {@link #run(RangeTest, MultiLayerNetwork, DataSetIterator, Consumer)}, without listener. */
  public static RangeResult run(RangeTest test, MultiLayerNetwork network, DataSetIterator data) {
    return run(test, network, data, point -> {});
  }

  /**
   * Runs the test on batches of the data, epoch after epoch.
   *
   * @param network initialized
   * @param data the training data
   * @param listener called with every point as it is measured
   * @throws dev.onecycle.error.InvalidValueException where an updater has no learning rate to set,
   *     or no momentum as the test asks for
   * @throws BadDataException where the data have no batch
   */
  public static RangeResult run(
      RangeTest test,
      MultiLayerNetwork network,
      DataSetIterator data,
      Consumer<RangePoint> listener) {
    MultiLayerNetwork copy =
        new MultiLayerNetwork(
            MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()));
    copy.getLayerWiseConfigurations().setIterationCount(0);
    copy.init(network.params().dup(), false);
    Batches<DataSet> batches = new Batches<>(data, data.resetSupported(), data::reset);
    Updates updates = Updates.of(List.of(copy.getLayers()), test.momentum());
    return run(
        test,
        updates,
        () -> {
          copy.fit(batches.next());
          return copy.score();
        },
        listener);
  }

  /** As {@link #run(RangeTest, ComputationGraph, DataSetIterator, Consumer)}, without listener. */
  public static RangeResult run(RangeTest test, ComputationGraph graph, DataSetIterator data) {
    return run(test, graph, data, point -> {});
  }

  /** As for a {@link MultiLayerNetwork}. */
  public static RangeResult run(
      RangeTest test, ComputationGraph graph, DataSetIterator data, Consumer<RangePoint> listener) {
    ComputationGraph copy = copy(graph);
    Batches<DataSet> batches = new Batches<>(data, data.resetSupported(), data::reset);
    return run(
        test,
        Updates.of(List.of(copy.getVertices()), test.momentum()),
        () -> {
          copy.fit(batches.next());
          return copy.score();
        },
        listener);
  }

  /** As for a {@link MultiLayerNetwork}, with data of several inputs or outputs. */
  public static RangeResult run(
      RangeTest test,
      ComputationGraph graph,
      MultiDataSetIterator data,
      Consumer<RangePoint> listener) {
    ComputationGraph copy = copy(graph);
    Batches<MultiDataSet> batches = new Batches<>(data, data.resetSupported(), data::reset);
    return run(
        test,
        Updates.of(List.of(copy.getVertices()), test.momentum()),
        () -> {
          copy.fit(batches.next());
          return copy.score();
        },
        listener);
  }

  /** A graph's own {@code clone} shares its updaters and listeners. */
  private static ComputationGraph copy(ComputationGraph graph) {
    ComputationGraph copy =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson()));
    copy.getConfiguration().setIterationCount(0);
    copy.init(graph.params().dup(), false);
    return copy;
  }

  private interface LossOfStep {
    double take();
  }

  private static RangeResult run(
      RangeTest test, Updates updates, LossOfStep step, Consumer<RangePoint> listener) {
    Random random = Nd4j.getRandom();
    long root = random.rootState();
    long node = random.nodeState();
    StepFunction engine =
        (rate, momentum) -> {
          updates.rate.accept(rate);
          return step.take();
        };
    return test.run(engine, () -> random.setStates(root, node), listener);
  }

  /** The batches of an iterator, epoch after epoch. */
  private record Batches<T>(Iterator<T> data, boolean resettable, Runnable reset) {
    T next() {
      if (!data.hasNext()) {
        Require.that(
            resettable, "data", "at least as many batches as the test has steps", "fewer", data);
        reset.run();
        if (!data.hasNext()) {
          throw new BadDataException("data must have a batch at least but had none");
        }
      }
      return data.next();
    }
  }

  /** The updaters of a network, which a test gives a rate and a momentum. */
  private record Updates(DoubleConsumer rate) {
    static Updates of(Collection<? extends Trainable> parts, double momentum) {
      Current current = new Current();
      Set<IUpdater> updaters = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Trainable part : parts) {
        if (part.getConfig() != null) {
          for (String parameter : part.paramTable(false).keySet()) {
            updaters.add(part.getConfig().getUpdaterByParam(parameter));
          }
        }
      }
      for (IUpdater updater : updaters) {
        if (updater != null && !(updater instanceof NoOp)) {
          Require.that(
              updater.hasLearningRate(),
              "updater",
              "one with a learning rate",
              updater.getClass().getSimpleName(),
              updater);
          setMomentum(updater, momentum);
          updater.setLrAndSchedule(Double.NaN, current);
        }
      }
      return new Updates(value -> current.rate = value);
    }

    private static void setMomentum(IUpdater updater, double momentum) {
      if (updater instanceof Nesterovs nesterovs) {
        nesterovs.setMomentumISchedule(null);
        nesterovs.setMomentum(momentum);
      } else if (updater instanceof Adam adam) {
        adam.setBeta1(momentum);
      } else if (updater instanceof AMSGrad adam) {
        adam.setBeta1(momentum);
      } else if (updater instanceof Nadam adam) {
        adam.setBeta1(momentum);
      } else if (updater instanceof AdaMax adam) {
        adam.setBeta1(momentum);
      } else if (updater instanceof Sgd) {
        Require.that(momentum == 0, "momentum of the test", "0 for Sgd", momentum, updater);
      } else {
        throw Require.invalid(
            "updater",
            "Nesterovs, Adam, AMSGrad, Nadam, AdaMax or Sgd",
            updater.getClass().getSimpleName());
      }
    }
  }

  /** The rate of the step that is being taken. */
  private static final class Current implements ISchedule {
    private static final long serialVersionUID = 1;
    private double rate;

    @Override
    public double valueAt(int iteration, int epoch) {
      return rate;
    }

    /** The one rate of all updaters. */
    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod")
    public Current clone() {
      return this;
    }
  }
}
