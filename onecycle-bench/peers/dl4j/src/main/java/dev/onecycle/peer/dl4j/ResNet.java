package dev.onecycle.peer.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The residual network for CIFAR-size images as a graph of DL4J, and how it is trained. */
final class ResNet {
  private static final String INPUT = "images";

  private final GraphBuilder graph;
  private int made;

  private ResNet(GraphBuilder graph) {
    this.graph = graph;
  }

  /** A network of {@code depth} = 6n + 2 layers, under SGD with momentum. */
  static ComputationGraphConfiguration of(
      int depth, int channels, int height, int width, int classes) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(0)
            .updater(new Nesterovs(0.05, 0.9))
            .l2(1e-4)
            .weightInit(WeightInit.RELU)
            .graphBuilder()
            .addInputs(INPUT)
            .setInputTypes(InputType.convolutional(height, width, channels));
    ResNet net = new ResNet(graph);
    String top = net.relu(net.convolution(INPUT, 16, 3, 1));
    int filtersBefore = 16;
    for (int filters = 16; filters <= 64; filters *= 2) {
      for (int i = 0; i < (depth - 2) / 6; i++) {
        top = net.unit(top, filters, filters == filtersBefore ? 1 : 2);
        filtersBefore = filters;
      }
    }
    String pool = net.name("pool");
    graph.addLayer(pool, new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), top);
    graph.addLayer(
        "out",
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(classes)
            .activation(Activation.SOFTMAX)
            .build(),
        pool);
    return graph.setOutputs("out").build();
  }

  /** Two convolutions beside a shortcut, which is a 1×1 convolution where the shape changes. */
  private String unit(String below, int filters, int stride) {
    String body = convolution(relu(convolution(below, filters, 3, stride)), filters, 3, 1);
    String shortcut = stride == 1 ? below : convolution(below, filters, 1, stride);
    String sum = name("sum");
    graph.addVertex(sum, new ElementWiseVertex(ElementWiseVertex.Op.Add), body, shortcut);
    return relu(sum);
  }

  private String convolution(String below, int filters, int kernel, int stride) {
    String convolution = name("conv");
    String norm = name("norm");
    graph.addLayer(
        convolution,
        new ConvolutionLayer.Builder(kernel, kernel)
            .nOut(filters)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .hasBias(false)
            .activation(Activation.IDENTITY)
            .build(),
        below);
    graph.addLayer(norm, new BatchNormalization.Builder().build(), convolution);
    return norm;
  }

  private String relu(String below) {
    String relu = name("relu");
    graph.addLayer(relu, new ActivationLayer.Builder().activation(Activation.RELU).build(), below);
    return relu;
  }

  private String name(String kind) {
    return kind + made++;
  }
}
