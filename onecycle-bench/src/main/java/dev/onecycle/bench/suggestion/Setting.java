package dev.onecycle.bench.suggestion;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.train.TrainingPlan;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A training whose peak rate is looked for.
 *
 * @param name for the table and the results
 * @param source of the images
 * @param side of the images, in pixels
 * @param train the training images
 * @param test the images for the accuracy, as many of each class
 * @param network by the shape of an image and the number of classes
 * @param settings of the learner
 * @param batchSize images an optimizer step
 * @param epochs length of the cycle
 */
record Setting(
    String name,
    Source source,
    int side,
    ImageSelection train,
    ImageSelection test,
    BiFunction<ImageShape, Integer, Network> network,
    LearnerSettings settings,
    int batchSize,
    int epochs) {

  /** Where the images of a setting come from. */
  enum Source {
    CIFAR10,
    PHOTOS,
    SHAPES
  }

  private static final LearnerSettings SGD = LearnerSettings.defaults();
  private static final LearnerSettings ADAMW = SGD.toBuilder().optimizer(Optimizer.adamW()).build();
  private static final ModelSpec FAST = Models.byName("fast");

  /** Weak augmentation, for images of any size. */
  Augmentation augmentation() {
    return Augmentation.standard().withPad(side / 8);
  }

  /** The optimizer steps of the cycle. */
  long steps() {
    int images = train.counts().stream().mapToInt(Integer::intValue).sum();
    return TrainingPlan.of(epochs, batchSize).steps(images);
  }

  /** Whether nothing can be learned, so that a range test should suggest nothing. */
  boolean unlearnable() {
    return train.noise() == 1;
  }

  /**
   * A setting by its name.
   *
   * @throws dev.onecycle.error.InvalidValueException listing the names where it is unknown
   */
  static Setting byName(String name) {
    List<String> names = all().stream().map(Setting::name).toList();
    int index = names.indexOf(name);
    Require.that(index >= 0, "setting", "one of " + String.join(", ", names), name, name);
    return all().get(index);
  }

  /** All settings, the quick ones first. */
  static List<Setting> all() {
    return List.of(
        cifar("normed-50000-sgd", 16, even(50_000), SmallNet.NORMED::network, SGD, 512, 1),
        cifar("normed-10000-sgd", 16, even(10_000), SmallNet.NORMED::network, SGD, 64, 8),
        cifar("plain-10000-sgd", 16, even(10_000), SmallNet.PLAIN::network, SGD, 32, 2),
        cifar("plain-10000-adamw", 16, even(10_000), SmallNet.PLAIN::network, ADAMW, 32, 2),
        cifar("dense-10000-sgd", 16, even(10_000), SmallNet.DENSE::network, SGD, 64, 3),
        cifar("dense-10000-adamw", 16, even(10_000), SmallNet.DENSE::network, ADAMW, 64, 3),
        cifar(
            "small-129-sgd",
            16,
            ImageSelection.even(129, 3),
            ImageSelection.even(600, 3),
            model("resnet20"),
            SGD,
            32,
            25),
        cifar(
            "small-30-sgd",
            16,
            ImageSelection.even(30, 3),
            ImageSelection.even(600, 3),
            model("resnet20"),
            SGD,
            8,
            33),
        cifar(
            "unequal-990-10-sgd",
            16,
            ImageSelection.of(990, 10),
            ImageSelection.even(1_000, 2),
            model("resnet20"),
            SGD,
            64,
            6),
        cifar(
            "unequal-4750-250-sgd",
            16,
            ImageSelection.of(4_750, 250),
            ImageSelection.even(1_000, 2),
            SmallNet.NORMED::network,
            SGD,
            64,
            8),
        cifar(
            "noisy-5000-sgd", 16, even(5_000).withNoise(0.3), SmallNet.NORMED::network, SGD, 64, 4),
        cifar("random-2000-sgd", 16, even(2_000).withNoise(1), model("resnet20"), SGD, 64, 4),
        cifar(
            "random-1900-100-sgd",
            16,
            ImageSelection.of(1_900, 100).withNoise(1),
            ImageSelection.even(1_000, 2),
            model("resnet20"),
            SGD,
            64,
            4),
        cifar("resnet20-2000-sgd", 32, even(2_000), model("resnet20"), SGD, 64, 4),
        cifar("resnet20-2000-adamw", 32, even(2_000), model("resnet20"), ADAMW, 64, 4),
        photos("photos-180-sgd", model("resnet20"), SGD, 16, 10),
        photos("photos-180-adamw", model("resnet20"), ADAMW, 16, 10),
        cifar("resnet20-10000-sgd", 16, even(10_000), model("resnet20"), SGD, 128, 5),
        cifar("fast-5000-muon", 16, even(5_000), FAST.defaults().settings(), 128, 2),
        cifar("resnet9-2000-adamw", 16, even(2_000), model("resnet9"), ADAMW, 64, 4),
        cifar("resnet20-5000-adamw", 16, even(5_000), model("resnet20"), ADAMW, 16, 2),
        cifar("dense-50000-sgd", 16, even(50_000), SmallNet.DENSE::network, SGD, 64, 5),
        cifar("dense-50000-adamw", 16, even(50_000), SmallNet.DENSE::network, ADAMW, 64, 5),
        cifar("normed-50000-long-sgd", 16, even(50_000), SmallNet.NORMED::network, SGD, 64, 4),
        cifar("normed-50000-long-adamw", 16, even(50_000), SmallNet.NORMED::network, ADAMW, 64, 4),
        cifar("plain-50000-sgd", 16, even(50_000), SmallNet.PLAIN::network, SGD, 64, 4),
        shapes("shapes-6000-sgd", SGD),
        shapes("shapes-6000-adamw", ADAMW),
        cifar("resnet20-5000-long-sgd", 16, even(5_000), model("resnet20"), SGD, 64, 15),
        cifar("resnet20-5000-long-adamw", 16, even(5_000), model("resnet20"), ADAMW, 64, 15),
        // These had no part in the choice of the rule.
        cifar("dense-5000-sgd", 16, even(5_000), SmallNet.DENSE::network, SGD, 16, 3),
        cifar("normed-5000-adamw", 16, even(5_000), SmallNet.NORMED::network, ADAMW, 32, 6),
        cifar("plain-50000-adamw", 16, even(50_000), SmallNet.PLAIN::network, ADAMW, 64, 2),
        cifar(
            "noisy-20000-sgd",
            16,
            even(20_000).withNoise(0.3),
            SmallNet.NORMED::network,
            SGD,
            64,
            4),
        cifar("resnet20-3000-adamw", 16, even(3_000), model("resnet20"), ADAMW, 32, 8),
        cifar("resnet20-3000-sgd", 16, even(3_000), model("resnet20"), SGD, 32, 8),
        cifar("fast-20000-muon", 16, even(20_000), FAST.defaults().settings(), 128, 3));
  }

  private static ImageSelection even(int images) {
    return ImageSelection.even(images, 10);
  }

  private static Setting cifar(
      String name,
      int side,
      ImageSelection train,
      LearnerSettings settings,
      int batchSize,
      int epochs) {
    return cifar(name, side, train, model("fast"), settings, batchSize, epochs);
  }

  private static Setting cifar(
      String name,
      int side,
      ImageSelection train,
      BiFunction<ImageShape, Integer, Network> network,
      LearnerSettings settings,
      int batchSize,
      int epochs) {
    return cifar(name, side, train, even(2_000), network, settings, batchSize, epochs);
  }

  private static Setting cifar(
      String name,
      int side,
      ImageSelection train,
      ImageSelection test,
      BiFunction<ImageShape, Integer, Network> network,
      LearnerSettings settings,
      int batchSize,
      int epochs) {
    return new Setting(
        name, Source.CIFAR10, side, train, test, network, settings, batchSize, epochs);
  }

  private static Setting photos(
      String name,
      BiFunction<ImageShape, Integer, Network> network,
      LearnerSettings settings,
      int batchSize,
      int epochs) {
    ImageSelection images = ImageSelection.even(180, 3);
    return new Setting(
        name, Source.PHOTOS, 64, images, images, network, settings, batchSize, epochs);
  }

  private static Setting shapes(String name, LearnerSettings settings) {
    return new Setting(
        name, Source.SHAPES, 32, even(6_000), even(1_000), model("resnet20"), settings, 64, 8);
  }

  private static BiFunction<ImageShape, Integer, Network> model(String name) {
    return (shape, classes) -> Models.byName(name).network(shape, classes, 0);
  }
}
