package dev.onecycle.dl4j.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.dl4j.NetworkRangeTest;
import dev.onecycle.dl4j.PolicySchedule;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.testing.StandardOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The program of docs/how-to/dl4j.md, and the promises that it makes. */
class Dl4jGuideTest {
  private static final Pattern ACCURACY = Pattern.compile("test points: ([\\d.]+)");

  @TempDir Path temp;

  private static MultiLayerConfiguration configuration(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .updater(updater)
        .weightInit(WeightInit.RELU)
        .list()
        .layer(new DenseLayer.Builder().nIn(2).nOut(32).activation(Activation.IDENTITY).build())
        .layer(
            new DenseLayer.Builder()
                .nIn(32)
                .nOut(16)
                .activation(Activation.RELU)
                .dropOut(0.9)
                .build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(16)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build())
        .build();
  }

  private static MultiLayerNetwork network(IUpdater updater) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration(updater));
    network.init();
    return network;
  }

  private static ComputationGraph graph(IUpdater updater) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "hidden",
                    new DenseLayer.Builder().nIn(2).nOut(32).activation(Activation.RELU).build(),
                    "in")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(32)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "hidden")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  @Test
  void theGuideShowsTheProgram() throws IOException {
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/dl4j.md")))
        .isEqualTo(
            MarkdownExamples.inJava(
                Path.of("src/test/java/dev/onecycle/dl4j/guide/Dl4jProgram.java")));
  }

  @Test
  void theProgramFindsARateAndTrains() throws Exception {
    String text = StandardOutput.of(Dl4jProgram::main);
    Matcher accuracy = ACCURACY.matcher(text);
    assertThat(accuracy.find()).as(text).isTrue();
    assertThat(Double.parseDouble(accuracy.group(1))).isGreaterThan(0.9);
  }

  @Test
  void theTestLeavesNoTrace() {
    DataSetIterator train = Dl4jProgram.rings(256, 1);
    MultiLayerNetwork network = network(new Nesterovs(0.1, 0.9));
    network.fit(train, 1);
    INDArray weights = network.params().dup();
    INDArray velocity = network.getUpdater().getStateViewArray().dup();
    String configuration = network.getLayerWiseConfigurations().toJson();
    long root = Nd4j.getRandom().rootState();
    long node = Nd4j.getRandom().nodeState();
    train.reset();
    RangeResult result = NetworkRangeTest.run(RangeTest.atMomentum(0.85), network, train);
    assertThat(result.points()).hasSizeGreaterThan(50);
    assertThat(network.params()).isEqualTo(weights);
    assertThat(network.getUpdater().getStateViewArray()).isEqualTo(velocity);
    assertThat(network.getLayerWiseConfigurations().toJson()).isEqualTo(configuration);
    assertThat(Nd4j.getRandom().rootState()).isEqualTo(root);
    assertThat(Nd4j.getRandom().nodeState()).isEqualTo(node);
  }

  @Test
  void aGraphIsTestedToo() {
    DataSetIterator train = Dl4jProgram.rings(1024, 1);
    ComputationGraph graph = graph(new Nesterovs(0.1, 0.9));
    INDArray weights = graph.params().dup();
    RangeResult result =
        NetworkRangeTest.run(RangeTest.atMomentum(0.85).withSmoothing(0.9), graph, train);
    assertThat(result.suggestion()).isPresent();
    assertThat(graph.params()).isEqualTo(weights);
    assertThat(graph.getConfiguration().getIterationCount()).isZero();
  }

  /** The loss of each step is of the weights before it, after steps by Nesterov's formula. */
  @Test
  void theTestSetsRateAndMomentum() {
    DataSet batch = Dl4jProgram.rings(32, 1).next();
    DataSetIterator one = new ListDataSetIterator<>(batch.asList(), 32);
    ComputationGraph graph = graph(new Nesterovs(123, 0.1));
    RangeTest test = RangeTest.atMomentum(0.6).withStart(1e-3).withEnd(1).withSteps(30);
    RangeResult result = NetworkRangeTest.run(test, graph, one);
    ComputationGraph byHand = graph(new Nesterovs(123, 0.1));
    INDArray velocity = Nd4j.zeros(1, byHand.params().length());
    for (int step = 0; step < 20; step++) {
      byHand.setInput(0, batch.getFeatures());
      byHand.setLabel(0, batch.getLabels());
      byHand.computeGradientAndScore();
      assertThat(result.points().get(step).loss())
          .as("loss of step " + step)
          .isCloseTo(byHand.score(), org.assertj.core.api.Assertions.within(1e-4));
      // Deeplearning4j sums over the batch, and divides when it updates.
      INDArray gradient = byHand.getFlattenedGradients().div(32).reshape(velocity.shape());
      INDArray before = velocity.dup();
      velocity = velocity.mul(0.6).sub(gradient.mul(test.rate(step)));
      byHand.params().addi(velocity.mul(1.6).sub(before.mul(0.6)).reshape(byHand.params().shape()));
    }
  }

  @Test
  void adamIsTestedAtBeta1() {
    DataSetIterator train = Dl4jProgram.rings(1024, 1);
    MultiLayerNetwork network = network(new Adam(0.1));
    RangeResult low = NetworkRangeTest.run(RangeTest.atMomentum(0.5), network, train);
    train.reset();
    RangeResult high = NetworkRangeTest.run(RangeTest.atMomentum(0.95), network, train);
    assertThat(low.points().get(20).loss()).isNotEqualTo(high.points().get(20).loss());
  }

  @Test
  void anUpdaterWithoutMomentumIsRefused() {
    DataSetIterator train = Dl4jProgram.rings(256, 1);
    assertThatThrownBy(
            () -> NetworkRangeTest.run(RangeTest.atMomentum(0.9), network(new Sgd(0.1)), train))
        .hasMessage("momentum of the test must be 0 for Sgd but was 0.9");
    assertThatThrownBy(
            () -> NetworkRangeTest.run(RangeTest.atMomentum(0.9), network(new RmsProp()), train))
        .hasMessage(
            "updater must be Nesterovs, Adam, AMSGrad, Nadam, AdaMax or Sgd but was RmsProp");
  }

  /** A saved network goes on with the same rate, momentum and weights as one that was not saved. */
  @Test
  void aSavedTrainingGoesOn() throws Exception {
    PolicyChoice choice = PolicyChoice.oneCycle();
    IUpdater updater =
        new Nesterovs(
            PolicySchedule.learningRate(choice, 24, 0.3), PolicySchedule.momentum(choice, 24, 0.3));
    DataSetIterator train = Dl4jProgram.rings(256, 1);
    ComputationGraph graph = graph(updater);
    graph.fit(train, 1);
    Path file = temp.resolve("graph.zip");
    ModelSerializer.writeModel(graph, file.toFile(), true);
    ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile(), true);
    Nesterovs read = (Nesterovs) restored.getLayer(0).conf().getLayer().getUpdaterByParam("W");
    assertThat(read.getLearningRateSchedule())
        .isEqualTo(PolicySchedule.learningRate(choice, 24, 0.3));
    assertThat(read.getMomentumISchedule()).isEqualTo(PolicySchedule.momentum(choice, 24, 0.3));
    graph.fit(train, 2);
    restored.fit(train, 2);
    assertThat(restored.params()).isEqualTo(graph.params());
    assertThat(Arrays.equals(restored.params().toFloatVector(), graph.params().toFloatVector()))
        .isTrue();
  }
}
