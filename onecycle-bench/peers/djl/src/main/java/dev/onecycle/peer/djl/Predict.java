package dev.onecycle.peer.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Predicts by a TorchScript file, and prints one line of JSON: milliseconds of single images, and
 * images a second in batches.
 *
 * <p>Arguments: the file, channels, height, width, batch, seconds. Images are noise as uint8.
 */
public final class Predict {
  private Predict() {}

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    int channels = Integer.parseInt(args[1]);
    int height = Integer.parseInt(args[2]);
    int width = Integer.parseInt(args[3]);
    int batch = Integer.parseInt(args[4]);
    double seconds = Double.parseDouble(args[5]);
    int bytes = channels * height * width;
    byte[] pixels = new byte[batch * bytes];
    new Random(1).nextBytes(pixels);
    try (Model model = Model.newInstance("model", "PyTorch")) {
      model.load(file.toAbsolutePath().getParent(), file.getFileName().toString());
      try (var predictor = model.newPredictor(new NoopTranslator(null));
          NDManager manager = NDManager.newBaseManager()) {
        Work work =
            count -> {
              try (NDManager own = manager.newSubManager()) {
                NDArray images =
                    own.create(
                        ByteBuffer.wrap(pixels, 0, count * bytes).slice(),
                        new Shape(count, channels, height, width),
                        DataType.UINT8);
                NDList result = predictor.predict(new NDList(images));
                result.attach(own);
                result.get(0).toFloatArray();
              }
            };
        repeated(1, seconds / 3, work);
        double[] single = repeated(1, seconds, work);
        repeated(batch, seconds / 3, work);
        double[] batches = repeated(batch, seconds, work);
        Arrays.sort(single);
        System.out.println(
            String.format(
                Locale.ROOT,
                "{\"setup\": \"fp32, DJL with PyTorch %s, its default threads\", \"p50\": %.4f,"
                    + " \"p99\": %.4f, \"rate\": %.2f}",
                Engine.getInstance().getVersion(),
                single[single.length / 2],
                single[Math.min(single.length - 1, (int) (single.length * 0.99))],
                batches.length * batch / (Arrays.stream(batches).sum() / 1000)));
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void predict(int images) throws Exception;
  }

  private static double[] repeated(int images, double seconds, Work work) throws Exception {
    double[] millis = new double[1 << 20];
    int count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (count < millis.length && (System.nanoTime() < end || count == 0)) {
      long begin = System.nanoTime();
      work.predict(images);
      millis[count++] = (System.nanoTime() - begin) / 1e6;
    }
    return Arrays.copyOf(millis, count);
  }
}
