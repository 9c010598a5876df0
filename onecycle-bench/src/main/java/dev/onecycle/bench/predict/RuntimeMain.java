package dev.onecycle.bench.predict;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Compute;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A process that predicts by onecycle or by ONNX Runtime, and prints its {@link Measured}.
 *
 * <p>Arguments: the runtime, the model file, channels, height, width, batch, seconds. Images are
 * noise as uint8; both normalise them and give probabilities.
 */
final class RuntimeMain {
  private RuntimeMain() {}

  public static void main(String[] args) throws Exception {
    Path model = Path.of(args[1]);
    int[] shape = {Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4])};
    int batch = Integer.parseInt(args[5]);
    double seconds = Double.parseDouble(args[6]);
    Measured measured =
        switch (args[0]) {
          case "onecycle-bf16" -> onecycle(model, shape, batch, seconds, Precision.BF16, 0);
          case "onecycle-shared" -> onecycle(model, shape, batch, seconds, Precision.AUTO, 1);
          case "onecycle-fp32" -> onecycle(model, shape, batch, seconds, Precision.FP32, 0);
          case "onnxruntime" -> onnx(model, shape, batch, seconds);
          default -> throw new IllegalArgumentException(args[0]);
        };
    System.out.println(measured.text());
  }

  private static byte[] noise(int bytes) {
    byte[] pixels = new byte[bytes];
    new Random(1).nextBytes(pixels);
    return pixels;
  }

  private static Measured onecycle(
      Path model, int[] shape, int batch, double seconds, Precision precision, int replicas)
      throws Exception {
    List<ByteBuffer> images = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      images.add(ByteBuffer.wrap(noise(shape[0] * shape[1] * shape[2])));
    }
    PredictorOptions options =
        PredictorOptions.defaults()
            .withPrecision(precision)
            .withMaxBatch(batch)
            .withReplicas(replicas);
    Compute compute = Compute.of(LearnerSettings.builder().precision(precision).build());
    String setup =
        Numbers.format(
            "%s, %d threads%s",
            compute.precision().name().toLowerCase(Locale.ROOT),
            compute.threads(),
            replicas == 1 ? " for each sample" : "");
    try (Predictor predictor = Predictor.load(model, options)) {
      return Measured.of(
          setup, batch, seconds, count -> predictor.predictValues(images.subList(0, count), 5));
    }
  }

  private static Measured onnx(Path model, int[] shape, int batch, double seconds)
      throws Exception {
    int bytes = shape[0] * shape[1] * shape[2];
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(batch * bytes)
            .order(ByteOrder.nativeOrder())
            .put(noise(batch * bytes))
            .flip();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.toString())) {
      return Measured.of(
          "fp32, ONNX Runtime " + environment.getVersion() + ", its default threads",
          batch,
          seconds,
          count -> {
            ByteBuffer part = pixels.duplicate().order(ByteOrder.nativeOrder());
            part.limit(count * bytes);
            long[] size = {count, shape[0], shape[1], shape[2]};
            try (OnnxTensor images =
                    OnnxTensor.createTensor(environment, part, size, OnnxJavaType.UINT8);
                OrtSession.Result result = session.run(Map.of("images", images))) {
              result.get(0).getValue();
            }
          });
    }
  }
}
