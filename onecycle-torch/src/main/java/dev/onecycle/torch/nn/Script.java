package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import java.util.List;

/**
 * A network in a TorchScript file, which computes as its maker wrote it: normalised images [N, C,
 * H, W] to scores [N, outputs], float32. Its first weights are those in the file, and its arrays
 * have the names of the Python module's state dict.
 *
 * <p>Whole numbers in the file, such as {@code num_batches_tracked}, are no arrays of the network:
 * nothing that it computes may depend on them.
 *
 * @param file that it is loaded from
 * @param input the images that it was tried with
 * @param outputs the number of scores
 * @param arrays of float32
 * @param layout of images and weights in memory
 * @param drawsRandomNumbers whether it draws random numbers in training, as dropout does
 */
public record Script(
    ScriptFile file,
    ImageShape input,
    int outputs,
    List<Array> arrays,
    Layout layout,
    boolean drawsRandomNumbers)
    implements Layer {
  public Script {
    Require.atLeast("outputs", outputs, 1);
    arrays = List.copyOf(arrays);
  }

  /** The order of values in memory; the results are the same. */
  public enum Layout {
    /** The channels of a pixel side by side, which is faster. */
    CHANNELS_LAST,
    /** Channel by channel, for networks that take the values of an image as they lie in memory. */
    CHANNELS_FIRST
  }

  /** The use of an array. */
  public enum Role {
    /** Trained. */
    WEIGHT,
    /** Changed by forward passes in training. */
    STATISTIC,
    /** Never changed. */
    CONSTANT
  }

  /**
   * An array.
   *
   * @param name as in the state dict of the Python module
   * @param shape sizes; none for a single number
   */
  public record Array(String name, List<Long> shape, Role role) {
    public Array {
      shape = List.copyOf(shape);
      shape.forEach(size -> Require.atLeast("size of " + name, size, 1));
    }
  }

  /** A score for each output; the multiplications are not known. */
  @Override
  public Trace trace(Trace image) {
    String described = "TorchScript " + input;
    image.requireImage(described);
    if (image.channels() != input.channels()
        || image.height() != input.height()
        || image.width() != input.width()) {
      throw image.misfit(described, "open the file for images of this shape");
    }
    return image.features(outputs);
  }

  /** Whether a layer or one inside it is a TorchScript file. */
  public static boolean in(Layer layer) {
    return layer instanceof Script || layer.children().stream().anyMatch(Script::in);
  }
}
