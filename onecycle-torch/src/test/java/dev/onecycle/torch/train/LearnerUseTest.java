package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.EngineException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What must never reach the engine: it would answer with wrong numbers or end the process. */
@Timeout(120)
class LearnerUseTest {
  @TempDir Path folder;

  /** In a process of its own, which several of these ended before they were checked. */
  @Test
  void whatAUsersBatchSaysIsCheckedBeforeTheEngineReadsIt()
      throws IOException, InterruptedException {
    String tooFew =
        "InvalidValueException: pixels of a batch must be 117964800 bytes from the buffer's position"
            + " to its limit, 600 images of 3×256×256, but was ";
    String advice = " bytes; give a buffer of all images, and rewind or flip it after filling it";
    String label =
        "InvalidValueException: label of image 39 of a batch (image 739 of its data) must be in"
            + " [0, 4), a class of small, but was %s; correct the label, or make the network for as"
            + " many classes as the data have";
    Map<String, String> expected = new LinkedHashMap<>();
    for (String call : List.of("step", "evaluate", "probabilities", "reestimate")) {
      expected.put("more-rows " + call, tooFew + "393216" + advice);
    }
    expected.put(
        "not-flipped step",
        (tooFew + "0" + advice).replace("117964800", "12582912").replace("600", "64"));
    expected.put("read-only-heap step", "accepted");
    expected.put(
        "no-image step", "InvalidValueException: size of a batch must be at least 1 but was 0");
    expected.put(
        "negative probabilities",
        "InvalidValueException: size of a batch must be at least 1 but was -5");
    expected.put("label step", label.formatted(4));
    expected.put("label evaluate", label.formatted(4).replace("image 739 of its data", "#739"));
    expected.put("label probabilities", "accepted");
    expected.put("label-negative step", label.formatted(-100));
    expected.put(
        "shape step",
        "InvalidValueException: images of a batch must be 3×256×256, the input of small, but was"
            + " 3×8×8");
    expected.put(
        "shape closed",
        "IllegalStateException: learner must be open for step but is closed; make another one");
    assertThat(lines(List.of(), expected.keySet()))
        .containsExactlyElementsOf(
            expected.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
  }

  /** Twice, since a class that could not be loaded says something else the second time. */
  @Test
  void anEngineForAnotherMachineIsSaidToBeSo() throws IOException, InterruptedException {
    Set<String> cases = new LinkedHashSet<>(List.of("label step", "shape step"));
    assertThat(lines(List.of("-Dorg.bytedeco.javacpp.platform=plan9-z80"), cases))
        .hasSize(2)
        .allMatch(
            line ->
                line.contains(
                    " step: EngineException: platform must be one of linux-x86_64, macosx-arm64,"
                        + " windows-x86_64, which have an engine, but was plan9-z80;"));
  }

  private List<String> lines(List<String> options, Set<String> cases)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-XX:-CreateCoredumpOnCrash",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                HostileInput.class.getName()));
    command.addAll(1, options);
    cases.forEach(name -> command.addAll(List.of(name.split(" "))));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isEqualTo(0);
    return out.lines().toList();
  }

  @Test
  void aLabelOfAUsersDataIsNamedWithItsOrigin() {
    try (Learner learner = HostileInput.learner()) {
      ImageDataset images = HostileInput.mislabelled();
      TrainingPlan plan = TrainingPlan.of(20, 3);
      assertThatThrownBy(
              () ->
                  Training.run(
                      learner,
                      OneCycle.of(plan.steps(3), 0.1),
                      plan,
                      images,
                      images,
                      new TrainingListener() {},
                      () -> false))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage(
              "label of image 1 (photos/1.png) must be in [0, 4), the classes of its data,"
                  + " but was 9");
    }
  }

  @Test
  void dataOfOtherClassesOrShapeThanTheNetworkAreRefused() {
    ImageDataset shapes = ImageSets.noise(new ImageShape(3, 16, 16), 3);
    Network network = network(shapes.shape(), 5);
    assertThatThrownBy(() -> Learner.prepare(network, shapes, LearnerSettings.defaults()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("classes of the training images must be 5, as own has, but was 3");
    Network wide = network(new ImageShape(3, 16, 20), 3);
    assertThatThrownBy(() -> Learner.prepare(wide, shapes, LearnerSettings.defaults()))
        .hasMessageContaining(
            "shape of the training images must be 3×16×20, the input of own, but was 3×16×16");
    try (Learner learner =
        Learner.withoutImages(network, Normalization.of(shapes), LearnerSettings.defaults())) {
      assertThatThrownBy(() -> Training.evaluate(learner, shapes, done -> {}))
          .hasMessageContaining("classes of the images to evaluate must be 5");
    }
    assertThatThrownBy(
            () ->
                Learner.withoutImages(
                    network,
                    new Normalization(List.of(0.5), List.of(0.2)),
                    LearnerSettings.defaults()))
        .hasMessageContaining(
            "channels of the normalization must be 3, as the images have, but was 1");
  }

  private static Network network(ImageShape shape, int classes) {
    return new Network(
        "own",
        shape,
        classes,
        Layer.sequence(
            new Layer.Conv(3, 4, 3, 1, 1, true),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(4, classes, true)));
  }

  @Test
  void classWeightsMustBeOneAClass() {
    LearnerSettings settings =
        LearnerSettings.builder().loss(new Loss.CrossEntropy(List.of(1.0, 2.0, 3.0), 0)).build();
    assertThatThrownBy(
            () ->
                Learner.withoutImages(
                    HostileInput.network(),
                    new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2)),
                    settings))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("class weights must be 4, as many as the classes, but was 3");
  }

  @Test
  void runningVariancesMustNotBeNegative() {
    ImageDataset images = ImageSets.noise(new ImageShape(3, 8, 8), 3);
    Layer layers =
        Layer.sequence(
            new Layer.BatchNorm(3), new Layer.GlobalAveragePool(), new Layer.Linear(3, 3, true));
    Network network = new Network("normed", images.shape(), 3, layers);
    try (Learner learner = Learner.prepare(network, images, LearnerSettings.defaults())) {
      List<NamedTensor> weights = learner.weights();
      weights.stream()
          .filter(tensor -> tensor.name().equals("0.running_var"))
          .forEach(tensor -> tensor.values()[1] = -0.5f);
      assertThatThrownBy(() -> learner.setWeights(weights))
          .isInstanceOf(BadDataException.class)
          .hasMessage("0.running_var must be at least 0, as variances are, but holds -0.5");
    }
  }

  /** Files know weights by their names alone. */
  @Test
  void namesOfWeightsMustBeDistinct() {
    Layer shortcut = new Layer.Conv(3, 3, 1, 1, 0, false);
    Layer body = Layer.sequence(Layer.named("downsample", new Layer.Conv(3, 3, 1, 1, 0, false)));
    Network network =
        new Network(
            "own",
            HostileInput.SHAPE,
            3,
            Layer.sequence(new Layer.Residual(body, shortcut), new Layer.GlobalAveragePool()));
    assertThatThrownBy(
            () ->
                Learner.withoutImages(
                    network,
                    new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2)),
                    LearnerSettings.defaults()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "names of weights must be distinct but was 0.downsample.weight twice; give one of the"
                + " layers another name; the shortcut of a Residual is named downsample");
  }

  @Test
  void weightsMustBeFiniteAndStandOnce() {
    try (Learner learner = HostileInput.learner()) {
      List<NamedTensor> before = learner.weights();
      List<NamedTensor> spoilt = learner.weights();
      spoilt.get(1).values()[2] = Float.NaN;
      assertThatThrownBy(() -> learner.setWeights(spoilt))
          .isInstanceOf(BadDataException.class)
          .hasMessage(spoilt.get(1).name() + " must be finite but holds NaN");
      assertThatThrownBy(
              () -> learner.restore(new LearnerState(spoilt, learner.state().optimizer(), 0)))
          .hasMessageContaining("must be finite");
      List<NamedTensor> twice = new ArrayList<>(learner.weights());
      twice.add(twice.get(0));
      assertThatThrownBy(() -> learner.setWeights(twice))
          .hasMessage(
              "weights must hold each array once but hold " + twice.get(0).name() + " twice");
      for (int i = 0; i < before.size(); i++) {
        assertThat(learner.weights().get(i).values()).isEqualTo(before.get(i).values());
      }
    }
  }

  @Test
  void aSecondThreadIsRefusedAndHarmsNothing() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch tried = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Batch> batches = ArrayBatch.several(1, 2, 8, 4, HostileInput.SHAPE);
    try (Learner learner = HostileInput.learner()) {
      Thread first =
          new Thread(
              () -> {
                try {
                  learner.evaluate(
                      batches,
                      done -> {
                        inside.countDown();
                        await(tried);
                      });
                } catch (RuntimeException e) {
                  failure.set(e);
                }
              },
              "first");
      first.start();
      await(inside);
      String refused =
          "learner must be used by one thread at a time but thread "
              + Thread.currentThread().getName()
              + " calls %s while thread first is in evaluate; make a learner for each thread, or"
              + " let the threads take turns";
      assertThatThrownBy(() -> learner.step(batches.get(0), 0.1, 0.9))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(refused.formatted("step"));
      assertThatThrownBy(learner::weights).hasMessage(refused.formatted("weights"));
      assertThatThrownBy(learner::close).hasMessage(refused.formatted("close"));
      tried.countDown();
      first.join();
      assertThat(failure.get()).isNull();
      learner.step(batches.get(0), 0.1, 0.9); // turns are allowed
    }
  }

  @Test
  void aLearnerIsNotClosedWhileItComputes() {
    try (Learner learner = HostileInput.learner()) {
      List<Batch> batches = ArrayBatch.several(1, 2, 8, 4, HostileInput.SHAPE);
      assertThatThrownBy(() -> learner.evaluate(batches, done -> learner.close()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "learner must not be closed by its own evaluate, which still needs it; close it"
                  + " afterwards");
      assertThat(learner.evaluate(batches, done -> learner.weights()).images()).isEqualTo(16);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nothingIsDoneWithAClosedLearner() {
    Learner learner = HostileInput.learner();
    Learner.Snapshot snapshot = learner.snapshot();
    snapshot.close();
    assertThatThrownBy(snapshot::restore)
        .hasMessage("snapshot must be open to be restored but was closed");
    Learner.Snapshot late = learner.snapshot();
    learner.close();
    learner.close();
    for (Runnable call :
        List.<Runnable>of(
            learner::weights,
            learner::state,
            learner::snapshot,
            late::restore,
            () -> learner.setWeights(List.of()),
            () -> learner.evaluate(List.of(), done -> {}),
            () -> learner.reestimateBatchNorms(List.of()))) {
      assertThatThrownBy(call::run)
          .isInstanceOfAny(IllegalStateException.class, BadDataException.class);
    }
    late.close();
  }

  @Test
  void anUnclosedLearnerIsWarnedOf() throws InterruptedException {
    List<String> warnings = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            synchronized (warnings) {
              warnings.add(line.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(Learner.class.getName());
    logger.addHandler(handler);
    try {
      HostileInput.learner().close();
      collect(10);
      assertThat(warnings).isEmpty();
      HostileInput.learner().parameterCount();
      for (int i = 0; i < 100 && warnings.isEmpty(); i++) {
        collect(1);
      }
      assertThat(warnings)
          .singleElement()
          .asString()
          .matches(
              "a learner of small made at dev\\.onecycle\\.torch\\.train\\.HostileInput\\.learner"
                  + "\\(HostileInput\\.java:\\d+\\) was dropped without being closed, and held its"
                  + " native memory for too long; close learners, best by try-with-resources");
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static void collect(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** The engine's own words stand after ours, without the frames that follow them. */
  @Test
  void memoryThatTheEngineLacksIsTold() {
    ImageShape pixel = new ImageShape(3, 1, 1);
    Network huge =
        new Network(
            "huge",
            pixel,
            2,
            Layer.sequence(
                new Layer.Flatten(),
                new Layer.Linear(3, 120_000_000, true),
                new Layer.Linear(120_000_000, 2, true)));
    LearnerSettings settings = LearnerSettings.builder().threads(2).build();
    assertThatThrownBy(
            () ->
                Learner.withoutImages(
                    huge,
                    new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2)),
                    settings))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "trained values of huge must be at most 536870911 but was 720000002");
    ImageShape wide = new ImageShape(3, 4000, 4000);
    Network deep =
        new Network(
            "wide",
            wide,
            2,
            Layer.sequence(
                new Layer.Conv(3, 100_000, 1, 1, 0, true),
                new Layer.GlobalAveragePool(),
                new Layer.Linear(100_000, 2, true)));
    try (Learner learner =
        Learner.withoutImages(
            deep, new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2)), settings)) {
      Batch batch = ArrayBatch.coloured(1, 1, 2, wide);
      assertThatThrownBy(() -> learner.probabilities(batch))
          .isInstanceOf(EngineException.class)
          .hasNoCause()
          .hasMessageStartingWith(
              "memory must suffice for the engine but ran out; it needs memory outside the Java heap:"
                  + " use smaller batches")
          .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).doesNotContain("frame #"));
    }
  }
}
