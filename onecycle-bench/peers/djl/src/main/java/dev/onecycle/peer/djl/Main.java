package dev.onecycle.peer.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.listener.EvaluatorTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;

/**
 * Trains until it is ended, as DJL's example for CIFAR-10 does: images through {@link ToTensor} and
 * {@link Normalize}, without augmentation (its PyTorch engine implements no random flip), in
 * float32.
 *
 * <p>The argument is the file of the workload. Standard output gets one line of JSON that describes
 * the peer, then one for every step.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws IOException, TranslateException {
    Properties workload = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
      workload.load(reader);
    }
    int batchSize = number(workload, "batchSize");
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(
                Optimizer.sgd()
                    .setLearningRateTracker(Tracker.fixed(0.05f))
                    .optMomentum(0.9f)
                    .optWeightDecays(1e-4f)
                    .build())
            .addTrainingListeners(TrainingListener.Defaults.basic());
    try (NDManager manager = NDManager.newBaseManager();
        Model model = Model.newInstance("resnet")) {
      model.setBlock(ResNet.of(number(workload, "depth"), number(workload, "classes")));
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(
            new Shape(1, number(workload, "channels"), height(workload), width(workload)));
        say(model);
        train(trainer, dataset(manager, workload, batchSize));
      }
    }
  }

  /** The loop of {@link EasyTrain#fit}, without its end. */
  private static void train(Trainer trainer, Dataset images)
      throws IOException, TranslateException {
    while (true) {
      for (Batch batch : trainer.iterateDataset(images)) {
        EasyTrain.trainBatch(trainer, batch);
        trainer.step();
        int size = batch.getSize();
        batch.close();
        float loss = trainer.getLoss().getAccumulator(EvaluatorTrainingListener.TRAIN_PROGRESS);
        System.out.printf(Locale.ROOT, "{\"images\":%d,\"loss\":%s}%n", size, loss);
        if (System.out.checkError()) {
          // The reader of the messages has ended.
          return;
        }
      }
      trainer.notifyListeners(listener -> listener.onEpoch(trainer));
    }
  }

  private static ArrayDataset dataset(NDManager manager, Properties workload, int batchSize)
      throws IOException {
    long count = number(workload, "count");
    int channels = number(workload, "channels");
    NDArray images =
        manager.create(
            ByteBuffer.wrap(Files.readAllBytes(Path.of(workload.getProperty("images")))),
            new Shape(count, height(workload), width(workload), channels),
            DataType.UINT8);
    NDArray labels =
        manager.create(
            ByteBuffer.wrap(Files.readAllBytes(Path.of(workload.getProperty("labels")))),
            new Shape(count),
            DataType.UINT8);
    float[] mean = new float[channels];
    float[] deviation = new float[channels];
    Arrays.fill(mean, 0.5f);
    Arrays.fill(deviation, 0.25f);
    return new ArrayDataset.Builder()
        .setData(images)
        .optLabels(labels.toType(DataType.FLOAT32, false))
        .setSampling(batchSize, true)
        .addTransform(new ToTensor())
        .addTransform(new Normalize(mean, deviation))
        .build();
  }

  private static void say(Model model) {
    long parameters =
        model.getBlock().getParameters().values().stream()
            .filter(Parameter::requiresGradient)
            .mapToLong(parameter -> parameter.getArray().size())
            .sum();
    Engine engine = Engine.getInstance();
    System.out.printf(
        Locale.ROOT,
        "{\"setup\":\"fp32, no augmentation, %d threads\",\"parameters\":%d,"
            + "\"versions\":{\"djl\":\"%s\",\"%s\":\"%s\"}}%n",
        JniUtils.getNumThreads(),
        parameters,
        Engine.getDjlVersion(),
        engine.getEngineName(),
        engine.getVersion());
    System.out.flush();
  }

  private static int height(Properties workload) {
    return number(workload, "height");
  }

  private static int width(Properties workload) {
    return number(workload, "width");
  }

  private static int number(Properties workload, String name) {
    return Integer.parseInt(workload.getProperty(name));
  }
}
