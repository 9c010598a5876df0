package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.DEVICE;
import static dev.onecycle.torch.job.TrainingConfig.LIMIT;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.tune.MemoryBudget;
import java.util.OptionalLong;

/**
 * The cost of large images, estimated from the network before it is built and, where the cache does
 * not have them, before they are decoded. Photos of one size are trained at that size, which can
 * take a thousand times the memory and time of small ones.
 */
final class LargeImages {
  /** Larger images than these are worth a word. */
  private static final long LARGE_PIXELS = 160 * 160;

  /** The side to propose, which images of mixed sizes get too. */
  private static final int PROPOSED_SIDE = 64;

  /**
   * Bytes for each value of the forward pass: resnet20 in float32 with batches of 64 took 2.27 GB
   * more at 128×128 pixels than at 32×32.
   */
  private static final double BYTES_A_VALUE = 4.2;

  /** Operations a second of one core: resnet20 in float32 trains 500 images/s on two cores. */
  private static final double OPERATIONS_A_SECOND = 6e10;

  private final TrainingConfig config;
  private final HeldBatch held;
  private final JobListener listener;
  private boolean said;

  LargeImages(TrainingConfig config, HeldBatch held, JobListener listener) {
    this.config = config;
    this.held = held;
    this.listener = listener;
  }

  /**
   * Says what images cost that are about to be decoded.
   *
   * @param images of which some may be held out
   * @throws BadDataException where a step needs more memory than there is
   */
  void beforeDecoding(ImageShape shape, int classes, int images) {
    if (classes < 2) {
      return; // no network is made for them; the data are refused by name
    }
    int used = Math.min(images, config.find(LIMIT).orElse(images));
    say(ShortRun.fitted(config, used).setup(shape, classes));
  }

  /**
   * Says what images cost, unless that is said already.
   *
   * @throws BadDataException where a step needs more memory than there is
   */
  void say(Setup setup) {
    if (held.isNone()) {
      return;
    }
    String remark = remark(setup, held, config.get(DEVICE), MemoryBudget.available());
    if (!remark.isEmpty() && !said) {
      said = true;
      listener.note(remark);
    }
  }

  /** The memory of so many images in a training step in float32, in bytes. */
  static double memory(Network network, int images) {
    return BYTES_A_VALUE * network.values() * images;
  }

  /** The time of a training step of so many images on so many cores, in seconds. */
  static double seconds(Network network, int images, int cores) {
    return 6.0 * network.multiplications() * images / (OPERATIONS_A_SECOND * cores);
  }

  /**
   * A sentence on what images cost; empty for small ones.
   *
   * @param available memory in bytes; empty where it is not known
   * @throws BadDataException where a step needs more memory than there is
   */
  static String remark(Setup setup, HeldBatch held, Device device, OptionalLong available) {
    ImageShape shape = setup.network().imageShape();
    String suits = suits(setup.network());
    if ((long) shape.height() * shape.width() <= LARGE_PIXELS
        || Script.in(setup.network().layers())) { // whose cost is not known
      return suits;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    int batch = held.batch(setup);
    int atOnce = held.images(setup);
    double memory = memory(setup.network(), atOnce);
    String cost =
        Numbers.format(
            "Images of %d×%d pixels (height × width) in batches of %,d%s take about %.1f GB and"
                + " %.1f s a step",
            shape.height(),
            shape.width(),
            batch,
            atOnce == batch ? "" : Numbers.format(", %,d at a time,", atOnce),
            memory / 1e9,
            seconds(setup.network(), (batch + held.ranks() - 1) / held.ranks(), cores));
    String advice = "image_size " + PROPOSED_SIDE + " takes a small part of that";
    // bfloat16 takes half at least; what may fit is not refused.
    double least = setup.settings().precision() == Precision.FP32 ? 1 : 0.5;
    if (device == Device.CPU && available.isPresent() && least * memory > available.getAsLong()) {
      throw new BadDataException(
          cost
              + Numbers.format(", and %.1f GB are available; ", available.getAsLong() / 1e9)
              + "set image_size "
              + PROPOSED_SIDE
              + (batch > ShortRun.SMALLEST_BATCH ? ", or a smaller batch_size" : ""));
    }
    return cost + "; " + advice + (suits.isEmpty() ? "" : ". " + suits);
  }

  /** A sentence for a model that is made for smaller images; empty for others. */
  private static String suits(Network network) {
    ImageShape shape = network.imageShape();
    return Models.list().stream()
        .filter(model -> model.name().equals(network.name()))
        .filter(model -> Math.max(shape.height(), shape.width()) > model.largestSide())
        .map(
            model ->
                Numbers.format(
                    "%s is made for images of up to %d pixels a side; model resnet18 suits these"
                        + " better",
                    model.name(), model.largestSide()))
        .findFirst()
        .orElse("");
  }
}
