package dev.onecycle.torch.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.script.ScriptFiles;
import dev.onecycle.torch.script.ScriptNetwork;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictorTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final List<String> CLASSES = List.of("cat", "dog", "owl");
  private static final PredictorOptions FP32 =
      PredictorOptions.defaults().withPrecision(Precision.FP32);

  @TempDir Path temp;

  private static ImageDataset images(int count) {
    return ImageSets.coloured(3, count, CLASSES, SHAPE);
  }

  private static ModelFile trained() {
    ImageDataset data = images(32);
    Network network = Models.byName("resnet20").network(SHAPE, CLASSES.size(), 0);
    try (Learner learner =
            Learner.prepare(
                network, data, LearnerSettings.builder().precision(Precision.FP32).build());
        BatchLoader loader = BatchLoader.evaluation(data, 32);
        Batch batch = loader.next()) {
      for (int step = 0; step < 5; step++) {
        learner.step(batch, 0.05, 0.9);
      }
      return new ModelFile(
          network, CLASSES, new ModelInput(SHAPE, learner.normalization()), learner.weights());
    }
  }

  private static double[][] evaluated(ModelFile model, ImageDataset data) {
    try (Learner learner =
            Learner.load(model, LearnerSettings.builder().precision(Precision.FP32).build());
        BatchLoader loader = BatchLoader.evaluation(data, data.size());
        Batch batch = loader.next()) {
      return learner.probabilities(batch);
    }
  }

  private static ByteBuffer pixels(ImageDataset data, int index) {
    byte[] pixels = new byte[SHAPE.bytes()];
    try (BatchLoader loader = BatchLoader.evaluation(data, data.size());
        Batch batch = loader.next()) {
      batch.values().get(index * pixels.length, pixels);
    }
    return ByteBuffer.wrap(pixels);
  }

  @Test
  void probabilitiesAreThoseOfAnEvaluation() {
    ModelFile model = trained();
    ImageDataset data = images(100);
    double[][] wanted = evaluated(model, data);
    List<ByteBuffer> samples = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      samples.add(pixels(data, i));
    }
    try (Predictor predictor = Predictor.of(model, FP32)) {
      List<Prediction> found = predictor.predictValues(samples, 3);
      for (int i = 0; i < wanted.length; i++) {
        Prediction prediction = found.get(i);
        assertThat(prediction.kind()).isEqualTo("classes");
        for (Prediction.Answer answer : prediction.answers()) {
          int c = CLASSES.indexOf(answer.name());
          assertThat(answer.value()).isCloseTo(wanted[i][c], within(1e-5));
        }
        double highest = Arrays.stream(wanted[i]).max().orElseThrow();
        assertThat(prediction.best().value()).isCloseTo(highest, within(1e-5));
        assertThat(prediction.answers())
            .isSortedAccordingTo((a, b) -> Double.compare(b.value(), a.value()));
      }
      assertThat(predictor.predictValues(samples.subList(0, 1), 2).get(0).answers()).hasSize(2);
    }
  }

  @Test
  void bfloat16GivesAboutTheSame() {
    ModelFile model = trained();
    ImageDataset data = images(20);
    double[][] wanted = evaluated(model, data);
    try (Predictor predictor =
        Predictor.of(model, PredictorOptions.defaults().withPrecision(Precision.BF16))) {
      for (int i = 0; i < data.size(); i++) {
        for (Prediction.Answer answer :
            predictor.predictValues(List.of(pixels(data, i)), 3).get(0).answers()) {
          assertThat(answer.value())
              .isCloseTo(wanted[i][CLASSES.indexOf(answer.name())], within(0.05));
        }
      }
    }
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static BufferedImage picture(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (x * 7 % 256) << 16 | (y * 5 % 256) << 8 | (x * y % 256));
      }
    }
    return image;
  }

  @Test
  void aFileItsBytesAndTheImageInMemoryGiveTheSame() throws IOException {
    BufferedImage image = picture(50, 37);
    Path file = Files.write(temp.resolve("a.png"), png(image));
    trained().write(temp.resolve("model.safetensors"));
    try (Predictor predictor = Predictor.load(temp.resolve("model.safetensors"), FP32)) {
      Prediction byFile = predictor.predict(file, 3);
      assertThat(predictor.predict(png(image), 3)).isEqualTo(byFile);
      assertThat(predictor.predict(image, 3)).isEqualTo(byFile);
      assertThat(predictor.predict(picture(37, 50), 3)).isNotEqualTo(byFile);
    }
    try (Predictor predictor = Predictor.load(temp, FP32)) {
      assertThat(predictor.predict(file, 1).answers()).hasSize(1);
    }
  }

  @Test
  void manyThreadsGetTheirOwnAnswers() throws Exception {
    ModelFile model = trained();
    ImageDataset data = images(24);
    double[][] wanted = evaluated(model, data);
    ExecutorService threads = Executors.newFixedThreadPool(12);
    try (Predictor predictor = Predictor.of(model, FP32.withMaxBatch(4))) {
      List<Future<Prediction>> found = new ArrayList<>();
      for (int i = 0; i < 240; i++) {
        ByteBuffer sample = pixels(data, i % 24);
        found.add(threads.submit(() -> predictor.predictValues(List.of(sample), 3).get(0)));
      }
      for (int i = 0; i < found.size(); i++) {
        for (Prediction.Answer answer : found.get(i).get().answers()) {
          assertThat(answer.value())
              .isCloseTo(wanted[i % 24][CLASSES.indexOf(answer.name())], within(1e-5));
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void callsThatWaitAreAnsweredAndLaterOnesRefused() throws Exception {
    ModelFile model = trained();
    ByteBuffer sample = pixels(images(1), 0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    Predictor predictor = Predictor.of(model, FP32.withMaxBatch(2));
    try {
      List<Future<List<Prediction>>> waiting = new ArrayList<>();
      List<ByteBuffer> many = Collections.nCopies(40, sample);
      for (int i = 0; i < 4; i++) {
        waiting.add(threads.submit(() -> predictor.predictValues(many, 1)));
      }
      predictor.close();
      predictor.close();
      for (Future<List<Prediction>> one : waiting) {
        try {
          assertThat(one.get()).hasSize(40);
        } catch (ExecutionException e) {
          assertThat(e.getCause())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("is closed; load another one");
        }
      }
      assertThatThrownBy(() -> predictor.predictValues(List.of(sample), 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("predictor must be open to predict but is closed; load another one");
    } finally {
      threads.shutdownNow();
      predictor.close();
    }
  }

  /** There is room for a few, so that the call must wait, and notices the interrupt there. */
  @Test
  void anInterruptEndsTheWaitAndStays() {
    ModelFile model = trained();
    ByteBuffer sample = pixels(images(1), 0);
    try (Predictor predictor = Predictor.of(model, FP32.withMaxBatch(2))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> predictor.predictValues(Collections.nCopies(200, sample), 1))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(predictor.predictValues(List.of(sample), 1)).hasSize(1);
    }
  }

  private static ModelFile of(Network network, Targets targets, float... matrix) {
    int inputs = matrix.length / targets.outputs();
    SampleLayout layout = network.input();
    int channels = layout.type() == SampleLayout.Type.INT64 ? 0 : layout.channels();
    return new ModelFile(
        network,
        targets,
        new ModelInput(
            layout,
            new Normalization(
                Collections.nCopies(channels, 1.0), Collections.nCopies(channels, 2.0))),
        List.of(new NamedTensor("weight", new long[] {targets.outputs(), inputs}, matrix)));
  }

  /** By hand: numbers 3 and 5 are 1 and 2, less their mean and by their deviation. */
  @Test
  void numbersAndLabelsAreAnsweredByTheirTargets() {
    Network network =
        new Network("linear", SampleLayout.numbers(2), 2, new Layer.Linear(2, 2, false));
    try (Predictor predictor =
        Predictor.of(
            of(network, new Targets.Numbers(List.of("length", "width")), 1, 1, 10, -1), FP32)) {
      Prediction found = predictor.predict(new float[] {3, 5}, 1);
      assertThat(found.kind()).isEqualTo("numbers");
      assertThat(found.answers())
          .containsExactly(new Prediction.Answer("length", 3), new Prediction.Answer("width", 8));
    }
    try (Predictor predictor =
        Predictor.of(
            of(network, new Targets.Labels(List.of("sharp", "round")), 1, 1, 10, -1), FP32)) {
      Prediction found = predictor.predict(new float[] {3, 5}, 5);
      assertThat(found.best().name()).isEqualTo("round");
      assertThat(found.best().value()).isCloseTo(1 / (1 + Math.exp(-8)), within(1e-6));
      assertThat(found.answers().get(1).value()).isCloseTo(1 / (1 + Math.exp(-3)), within(1e-6));
    }
  }

  @Test
  void tokensAreCheckedBeforeTheEngineFollowsThem() {
    Layer layers =
        new Layer.Sequential(
            List.of(
                new Layer.Named("words", new Layer.Embedding(5, 2)),
                new Layer.Named("pool", new Layer.GlobalAveragePool()),
                new Layer.Named("fc", new Layer.Linear(2, 2, false))));
    ModelFile model =
        new ModelFile(
            new Network("text", SampleLayout.tokens(3), 2, layers),
            new Targets.Classes(List.of("no", "yes")),
            new ModelInput(SampleLayout.tokens(3), new Normalization(List.of(), List.of())),
            List.of(
                new NamedTensor(
                    "words.weight", new long[] {5, 2}, new float[] {0, 0, 3, 0, 6, 0, 0, 3, 0, 6}),
                new NamedTensor("fc.weight", new long[] {2, 2}, new float[] {1, 0, 0, 1})));
    try (Predictor predictor = Predictor.of(model, FP32)) {
      Prediction found = predictor.predict(new long[] {1, 2, 0}, 2);
      assertThat(found.best().name()).isEqualTo("no");
      assertThat(found.best().value()).isCloseTo(Math.exp(3) / (Math.exp(3) + 1), within(1e-6));
      assertThatThrownBy(() -> predictor.predict(new long[] {1, 5, 0}, 2))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("token 1 of the sample must be in [0, 5) but was 5");
      ByteBuffer good = tokens(1, 2, 0);
      assertThatThrownBy(() -> predictor.scores(List.of(good, tokens(1, 2, 9))))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("token 2 of sample 1 must be in [0, 5) but was 9");
      assertThatThrownBy(() -> predictor.predictValues(List.of(tokens(-1, 2, 0)), 1))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("token 0 of the sample must be in [0, 5) but was -1");
      assertThat(predictor.predictValues(List.of(good), 2)).containsExactly(found);
      assertThatThrownBy(() -> predictor.predict(new long[] {1, 2}, 2))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("size of a sample must be 24 bytes");
      assertThatThrownBy(() -> predictor.predict(new float[] {1, 2, 3}, 2))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("must get samples int64 [3] but was given numbers");
    }
  }

  private static ByteBuffer tokens(long... tokens) {
    ByteBuffer values =
        ByteBuffer.allocate(tokens.length * Long.BYTES).order(ByteOrder.nativeOrder());
    values.asLongBuffer().put(tokens);
    return values;
  }

  @Test
  void numbersThatAreNotFiniteAreNamed() {
    Network network =
        new Network("linear", SampleLayout.numbers(2), 2, new Layer.Linear(2, 2, false));
    try (Predictor predictor =
        Predictor.of(
            of(network, new Targets.Numbers(List.of("length", "width")), 1, 1, 10, -1), FP32)) {
      ByteBuffer good = numbers(3, 5);
      assertThatThrownBy(() -> predictor.scores(List.of(good, numbers(3, Float.NaN))))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("value 1 of sample 1 must be finite but was NaN");
      assertThatThrownBy(() -> predictor.predict(new float[] {Float.POSITIVE_INFINITY, 5}, 1))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("value 0 of the sample must be finite but was Infinity");
      assertThat(predictor.scores(List.of(good)).get(0)).containsExactly(3, 8);
    }
  }

  private static ByteBuffer numbers(float... numbers) {
    ByteBuffer values =
        ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.nativeOrder());
    values.asFloatBuffer().put(numbers);
    return values;
  }

  @Test
  void badImagesAreNamedAndOthersStillAnswered() throws IOException {
    Path text = Files.writeString(temp.resolve("note.txt"), "no image");
    try (Predictor predictor = Predictor.of(trained(), FP32.withMaxPixels(2000))) {
      assertThatThrownBy(() -> predictor.predict(text, 1))
          .isInstanceOf(BadDataException.class)
          .hasMessageStartingWith(text + " ");
      assertThatThrownBy(() -> predictor.predict(temp.resolve("none.png"), 1))
          .isInstanceOf(BadDataException.class)
          .hasMessageEndingWith("none.png does not exist");
      assertThatThrownBy(() -> predictor.predict(new byte[0], 1))
          .isInstanceOf(BadDataException.class)
          .hasMessage("image is empty");
      for (int side : new int[] {45, 46}) {
        assertThatThrownBy(() -> predictor.predict(picture(45, side), 1))
            .isInstanceOf(BadDataException.class)
            .hasMessageContaining("more than the 2,000 of max_pixels");
      }
      assertThatThrownBy(() -> predictor.predict(picture(8, 8), 0))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("top must be at least 1 but was 0");
      assertThat(predictor.predict(picture(40, 40), 1).answers()).hasSize(1);
    }
  }

  @Test
  void outputsThatAreNoNumbersAreNoAnswer() {
    Network network =
        new Network("linear", SampleLayout.numbers(1), 2, new Layer.Linear(1, 2, false));
    float most = Float.MAX_VALUE;
    try (Predictor predictor =
        Predictor.of(of(network, new Targets.Classes(List.of("a", "b")), most, 1), FP32)) {
      assertThatThrownBy(() -> predictor.predict(new float[] {1e30f}, 1))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("for this sample; it has values far beyond")
          .hasMessageContaining("or the model's training has diverged");
      assertThat(predictor.predict(new float[] {1}, 1).answers()).hasSize(1);
    }
  }

  @Test
  void aNetworkOfATorchScriptFilePredictsToo() {
    ImageShape shape = new ImageShape(3, 8, 8);
    ImageDataset data = ImageSets.coloured(1, 20, CLASSES, shape);
    Network network = ScriptNetwork.open(ScriptFiles.of("dropout.pt"), shape, 3);
    try (Learner learner =
        Learner.prepare(
            network, data, LearnerSettings.builder().precision(Precision.FP32).build())) {
      ModelFile model =
          new ModelFile(
              network, CLASSES, new ModelInput(shape, learner.normalization()), learner.weights());
      double[][] wanted = evaluated(model, data);
      try (Predictor predictor = Predictor.of(model, FP32);
          BatchLoader loader = BatchLoader.evaluation(data, 20);
          Batch batch = loader.next()) {
        for (int i = 0; i < wanted.length; i++) {
          byte[] pixels = new byte[shape.bytes()];
          batch.values().get(i * pixels.length, pixels);
          for (Prediction.Answer answer :
              predictor.predictValues(List.of(ByteBuffer.wrap(pixels)), 3).get(0).answers()) {
            assertThat(answer.value())
                .isCloseTo(wanted[i][CLASSES.indexOf(answer.name())], within(1e-5));
          }
        }
      }
    }
  }

  /** A batch lies in one buffer of Java, and so do its outputs. */
  @Test
  void aBatchThatNoBufferHoldsIsRefused() {
    ImageShape large = new ImageShape(3, 224, 224);
    ModelFile model =
        new ModelFile(
            new Network(
                "mean",
                large,
                3,
                new Layer.Sequential(
                    List.of(
                        new Layer.Named("pool", new Layer.GlobalAveragePool()),
                        new Layer.Named("fc", new Layer.Linear(3, 3, false))))),
            CLASSES,
            new ModelInput(
                large, new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2))),
            List.of(new NamedTensor("fc.weight", new long[] {3, 3}, new float[9])));
    assertThatThrownBy(() -> Predictor.of(model, FP32.withMaxBatch(60_000)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("max_batch must be at most 14266 for samples 3×224×224");
  }

  @Test
  void aFolderWithoutAModelIsNamed() {
    assertThatThrownBy(() -> Predictor.load(temp))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(temp + " is not the folder of a run");
  }
}
