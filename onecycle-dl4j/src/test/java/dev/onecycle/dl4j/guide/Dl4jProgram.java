package dev.onecycle.dl4j.guide;

// example: dl4j
import dev.onecycle.dl4j.NetworkRangeTest;
import dev.onecycle.dl4j.PolicySchedule;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.PolicyChoice;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Tells points of two rings apart. */
public class Dl4jProgram {
  static final int BATCH = 32;
  static final int EPOCHS = 12;

  public static void main(String[] args) {
    DataSetIterator train = rings(1024, 1);
    DataSetIterator test = rings(512, 2);
    PolicyChoice policy = PolicyChoice.oneCycle();
    long steps = EPOCHS * (1024 / BATCH);

    RangeTest rangeTest = RangeTest.atMomentum(policy.momentumAtPeak()).withSmoothing(0.9);
    RangeResult found = NetworkRangeTest.run(rangeTest, network(new Nesterovs(0.1)), train);
    double peak = found.suggestion().orElseThrow().over(steps);
    System.out.printf("The range test suggests a peak of %.2g.%n", peak);

    MultiLayerNetwork network =
        network(
            new Nesterovs(
                PolicySchedule.learningRate(policy, steps, peak),
                PolicySchedule.momentum(policy, steps, peak)));
    train.reset();
    network.fit(train, EPOCHS);
    System.out.printf("Accuracy on test points: %.3f%n", network.evaluate(test).accuracy());
  }

  static MultiLayerNetwork network(IUpdater updater) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .weightInit(WeightInit.RELU)
                .list()
                .layer(new DenseLayer.Builder().nIn(2).nOut(32).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(32)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  static DataSetIterator rings(int count, long seed) {
    Random random = new Random(seed);
    double[][] points = new double[count][2];
    double[][] labels = new double[count][2];
    for (int i = 0; i < count; i++) {
      int ring = i % 2;
      double radius = 1 + ring + 0.25 * random.nextGaussian();
      double angle = 2 * Math.PI * random.nextDouble();
      points[i][0] = radius * Math.cos(angle);
      points[i][1] = radius * Math.sin(angle);
      labels[i][ring] = 1;
    }
    return new ListDataSetIterator<>(
        new DataSet(Nd4j.create(points), Nd4j.create(labels)).asList(), BATCH);
  }
}
// end of example
