package dev.onecycle.selftest.data;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.weights.NamedTensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Cases of valid data that are hard to train on: one class, one image, constant images. */
final class DegenerateCases {
  static final String NAME = "degenerate data";

  private static final int EPOCHS = 12;
  private static final byte[] RED = ImageFiles.files().values().iterator().next();
  private static final byte[] HALVES =
      ImageFiles.encoded(ImageFiles.halves(ImageFiles.COLOUR, ImageFiles.OTHER_COLOUR), "png");

  private DegenerateCases() {}

  /** Writes class folders below a folder. */
  @FunctionalInterface
  private interface Maker {
    void write(Path data) throws IOException;
  }

  static List<Case> all() {
    return List.of(
        refused(
            "no images",
            data -> Files.createDirectories(data.resolve("train/cat")),
            "has no files"),
        refused("one image", data -> images(data, "cat", 1), "has images of one class only, cat"),
        refused(
            "a single class", data -> images(data, "cat", 20), "has images of one class only, cat"),
        refused(
            "an empty class folder",
            data -> {
              pair(data, 4);
              Files.createDirectories(data.resolve("zebra"));
            },
            "/zebra has no image"),
        trained(
            "a class with one image",
            data -> {
              images(data, "cat", 1);
              images(data, "dog", 20);
            },
            19,
            4),
        trained("a batch larger than the data", data -> pair(data, 4), 6, 512),
        new Case("a last batch of one with batch norm", DegenerateCases::batchesOfOne),
        refused(
            "constant images",
            data -> {
              for (int i = 0; i < 8; i++) {
                write(data.resolve(i % 2 == 0 ? "cat" : "dog"), i, RED);
              }
            },
            "every channel has the same value in every training image; nothing can be learned"),
        trained(
            "val lacks a class",
            data -> {
              pair(data.resolve("train"), 4);
              images(data.resolve("val"), "cat", 2);
            },
            8,
            4),
        trained(
            "1,001 classes",
            data -> {
              for (int i = 0; i < 1001; i++) {
                images(data.resolve("train"), "class" + i, 1);
                images(data.resolve("test"), "class" + i, 1);
              }
            },
            1001,
            500),
        trained(
            "the same images to train on and to test with",
            data -> {
              pair(data.resolve("train"), 4);
              pair(data.resolve("test"), 4);
            },
            8,
            4),
        refused(
            "sets under names of their own",
            data -> {
              pair(data.resolve("first"), 4);
              pair(data.resolve("second"), 4);
            },
            "has the folders first and second, which hold the same folders, cat, dog"),
        trained(
            "a constant channel",
            data -> {
              for (int i = 0; i < 8; i++) {
                BufferedImage green = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
                for (int at = 0; at < 64; at++) {
                  green.setRGB(at % 8, at / 8, (at * 37 + i * 11) % 256 << 8);
                }
                write(
                    data.resolve(i % 2 == 0 ? "cat" : "dog"), i, ImageFiles.encoded(green, "png"));
              }
            },
            6,
            4),
        trained(
            "folders inside classes",
            data -> {
              pair(data, 2);
              images(data.resolve("cat"), "tabby", 4);
              images(data.resolve("dog/hound"), "basset", 4);
            },
            10,
            4));
  }

  /** Training leaves out a last batch of one image and refuses a batch size of one. */
  private static void batchesOfOne(Path folder) throws Exception {
    DataSplits splits = open(written(DegenerateCases::fiveOfOnePixel, folder), folder);
    requireFinite(splits, 2);
    try {
      requireFinite(splits, 1);
      throw new AssertionError("batches of one must be refused");
    } catch (InvalidValueException e) {
      Expect.that(
          String.valueOf(e.getMessage()).startsWith("batch size must be at least 2 where"),
          () -> "'" + e.getMessage() + "' must say what the batch size must be");
    }
  }

  private static Case refused(String name, Maker maker, String... parts) {
    return new Case(
        name,
        folder -> {
          Path data = written(maker, folder);
          Timed.refused(() -> Normalization.of(open(data, folder).train()), parts);
        });
  }

  private static Case trained(String name, Maker maker, int images, int batchSize) {
    return new Case(
        name,
        folder -> {
          DataSplits splits = open(written(maker, folder), folder);
          Expect.equal(List.of(), splits.report().skipped(), "what was skipped");
          Expect.equal(images, splits.train().size(), "the number of images to train on");
          requireFinite(splits, batchSize);
        });
  }

  /** Trains a cycle, of which all losses, accuracies and weights must be finite. */
  private static void requireFinite(DataSplits splits, int batchSize) {
    ImageShape shape = splits.train().shape();
    Network network = network(shape, splits.train().classes().size());
    TrainingPlan plan = TrainingPlan.of(EPOCHS, batchSize).withAugmentation(Augmentation.none());
    TrainingListener finite =
        new TrainingListener() {
          @Override
          public void step(StepRecord step) {
            requireFinite("the loss of step " + step.step(), step.loss());
          }

          @Override
          public void epoch(EpochRecord epoch) {
            requireFinite("the training loss", epoch.trainLoss());
            Evaluated evaluated = epoch.evaluated().orElseThrow();
            requireFinite("the evaluation loss", evaluated.loss());
            requireFinite("the accuracy", evaluated.accuracy());
          }
        };
    try (Learner learner = Learner.prepare(network, splits.train(), LearnerSettings.defaults())) {
      List<EpochRecord> epochs =
          Training.run(
              learner,
              OneCycle.of(plan.steps(splits.train().size()), 0.01),
              plan,
              splits.train(),
              splits.evaluation(),
              finite,
              () -> false);
      Expect.equal(EPOCHS, epochs.size(), "the number of epochs");
      for (NamedTensor weights : learner.weights()) {
        for (float value : weights.values()) {
          requireFinite(weights.name(), value);
        }
      }
    }
  }

  private static void requireFinite(String what, double value) {
    Expect.that(Double.isFinite(value), () -> what + " must be finite but was " + value);
  }

  private static Network network(ImageShape shape, int classes) {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(shape.channels(), 4, 3, 1, 1, false),
            new Layer.BatchNorm(4),
            new Layer.Relu(),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(4, classes, true));
    return new Network("small", shape, classes, layers);
  }

  private static DataSplits open(Path data, Path folder) {
    DataOptions options = DataOptions.defaults().withCacheFolder(folder.resolve("cache"));
    return Datasets.open(data.toString(), options);
  }

  private static Path written(Maker maker, Path folder) throws IOException {
    Path data = folder.resolve("data");
    maker.write(data);
    return data;
  }

  private static void pair(Path data, int each) throws IOException {
    images(data, "cat", each);
    images(data, "dog", each);
  }

  private static void images(Path data, String name, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      write(data.resolve(name), i, i % 2 == 0 ? HALVES : RED);
    }
  }

  /** Seven images of one pixel: batch norm has one value of a channel for each. */
  private static void fiveOfOnePixel(Path data) throws IOException {
    for (int i = 0; i < 7; i++) {
      BufferedImage pixel = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
      pixel.setRGB(0, 0, i * 0x111111);
      Path set = data.resolve(i < 5 ? "train" : "test");
      write(set.resolve(i % 2 == 0 ? "cat" : "dog"), i, ImageFiles.encoded(pixel, "png"));
    }
  }

  private static void write(Path folder, int number, byte[] image) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(number + ".png"), image);
  }
}
