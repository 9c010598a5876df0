package dev.onecycle.peer.dl4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains until it is ended, with DL4J's {@link ComputationGraph#fit} on batches of images in
 * memory, shuffled, without augmentation, in float32.
 *
 * <p>The argument is the file of the workload. Standard output gets one line of JSON that describes
 * the peer, then one for every step.
 */
public final class Main {
  private final Properties workload;
  private final byte[] images;
  private final byte[] labels;
  private final Random random = new Random(0);

  private Main(Properties workload) throws IOException {
    this.workload = workload;
    this.images = Files.readAllBytes(Path.of(workload.getProperty("images")));
    this.labels = Files.readAllBytes(Path.of(workload.getProperty("labels")));
  }

  public static void main(String[] args) throws IOException {
    Properties workload = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
      workload.load(reader);
    }
    new Main(workload).train();
  }

  private void train() throws IOException {
    ComputationGraph net =
        new ComputationGraph(
            ResNet.of(
                number("depth"),
                number("channels"),
                number("height"),
                number("width"),
                number("classes")));
    net.init();
    System.out.printf(
        Locale.ROOT,
        "{\"setup\":\"fp32, no augmentation\",\"parameters\":%d,"
            + "\"versions\":{\"dl4j\":\"%s\",\"nd4j\":\"%s\"}}%n",
        trainedParameters(net),
        version(),
        Nd4j.getBackend().getClass().getSimpleName());
    System.out.flush();
    int size = number("batchSize");
    // The error is that the reader of the messages has ended.
    while (!System.out.checkError()) {
      int[] chosen = random.ints(size, 0, labels.length).toArray();
      net.fit(new INDArray[] {pixels(chosen)}, new INDArray[] {targets(chosen)});
      System.out.printf(Locale.ROOT, "{\"images\":%d,\"loss\":%s}%n", size, net.score());
      System.out.flush();
    }
  }

  /** DL4J's version, from Maven's properties in its jar. */
  private static String version() throws IOException {
    Properties built = new Properties();
    try (InputStream in =
        ComputationGraph.class.getResourceAsStream(
            "/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties")) {
      if (in != null) {
        built.load(in);
      }
    }
    return built.getProperty("version", "of unknown version");
  }

  /** Number of parameters without the running statistics of batch norms, which DL4J includes. */
  private static long trainedParameters(ComputationGraph net) {
    return net.paramTable().entrySet().stream()
        .filter(entry -> !entry.getKey().matches(".*_(mean|var|log10stdev)"))
        .mapToLong(entry -> entry.getValue().length())
        .sum();
  }

  private INDArray pixels(int[] chosen) {
    int channels = number("channels");
    int area = number("height") * number("width");
    float[] values = new float[chosen.length * channels * area];
    for (int i = 0; i < chosen.length; i++) {
      for (int p = 0; p < area; p++) {
        for (int c = 0; c < channels; c++) {
          int pixel = images[(chosen[i] * area + p) * channels + c] & 0xFF;
          values[(i * channels + c) * area + p] = (pixel / 255f - 0.5f) / 0.25f;
        }
      }
    }
    return Nd4j.create(
        values, new long[] {chosen.length, channels, number("height"), number("width")}, 'c');
  }

  private INDArray targets(int[] chosen) {
    int classes = number("classes");
    float[] values = new float[chosen.length * classes];
    for (int i = 0; i < chosen.length; i++) {
      values[i * classes + (labels[chosen[i]] & 0xFF)] = 1;
    }
    return Nd4j.create(values, new long[] {chosen.length, classes}, 'c');
  }

  private int number(String name) {
    return Integer.parseInt(workload.getProperty(name));
  }
}
