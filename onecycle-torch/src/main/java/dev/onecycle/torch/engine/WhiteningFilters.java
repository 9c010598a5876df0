package dev.onecycle.torch.engine;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.settings.Normalization;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The filters that make patches of training images uncorrelated, see {@code Layer.Whitening}. */
public final class WhiteningFilters {
  /** The patches of this many images, spread over the set, suffice to estimate the covariance. */
  private static final int MAX_IMAGES = 5000;

  /** Limits the gain of directions in which patches hardly vary (K. Jordan 2024). */
  private static final double EPSILON = 5e-4;

  /** The variance of a channel of one value, but for rounding. */
  private static final double CONSTANT = 1e-20;

  private WhiteningFilters() {}

  /**
   * Filters [2·C·kernel², C, kernel, kernel], row by row: every eigenvector of the patches'
   * covariance, divided by the root of its eigenvalue, and its negative.
   */
  public static float[] filters(ImageDataset images, Normalization normalization, int kernel) {
    double[] covariance = covariance(images, normalization, kernel);
    int size = images.shape().channels() * kernel * kernel;
    return NativeErrors.named(() -> filters(covariance, size));
  }

  private static float[] filters(double[] covariance, int size) {
    float[] filters = new float[2 * size * size];
    try (PointerScope scope = new PointerScope()) {
      Tensor matrix =
          torch.from_blob(
              new DoublePointer(covariance),
              new long[] {size, size},
              new TensorOptions(ScalarType.Double));
      T_TensorTensor_T decomposition = torch.linalg_eigh(matrix);
      DoublePointer values = decomposition.get0().contiguous().data_ptr_double();
      DoublePointer vectors = decomposition.get1().contiguous().data_ptr_double();
      int[] directions = directions(covariance, vectors, size);
      for (int i = 0; i < size; i++) {
        int direction = directions[i];
        double scale = 1 / Math.sqrt(values.get(direction) + EPSILON);
        for (int j = 0; j < size; j++) {
          float weight = (float) (scale * vectors.get((long) j * size + direction));
          filters[i * size + j] = weight;
          filters[(size + i) * size + j] = -weight;
        }
      }
    }
    return filters;
  }

  /**
   * The eigenvector of each filter: its own, but the others in turn in place of those that only see
   * channels of one value. Their features would be 0 everywhere, and batch norms divide by that.
   */
  private static int[] directions(double[] covariance, DoublePointer vectors, int size) {
    List<Integer> seeing = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      double seen = 0;
      for (int j = 0; j < size; j++) {
        double weight = vectors.get((long) j * size + i);
        seen += covariance[j * size + j] < CONSTANT ? 0 : weight * weight;
      }
      if (seen > CONSTANT) {
        seeing.add(i);
      }
    }
    int[] directions = new int[size];
    int next = 0;
    for (int i = 0; i < size; i++) {
      boolean own = seeing.isEmpty() || seeing.contains(i);
      directions[i] = own ? i : seeing.get(next++ % seeing.size());
    }
    return directions;
  }

  /** Mean of p·pᵀ over patches p of normalised images, in the order [C, kernel, kernel]. */
  private static double[] covariance(ImageDataset images, Normalization normalization, int kernel) {
    ImageShape shape = images.shape();
    int channels = shape.channels();
    int size = channels * kernel * kernel;
    double[] sum = new double[size * size];
    double[] patch = new double[size];
    int used = Math.min(images.size(), MAX_IMAGES);
    byte[] bytes = new byte[shape.bytes()];
    for (int i = 0; i < used; i++) {
      images.read((int) ((long) images.size() * i / used), bytes);
      double[] pixels = normalised(bytes, shape, normalization);
      for (int y = 0; y + kernel <= shape.height(); y++) {
        for (int x = 0; x + kernel <= shape.width(); x++) {
          for (int at = 0; at < size; at++) {
            int row = y + at / kernel % kernel;
            int column = x + at % kernel;
            patch[at] = pixels[(row * shape.width() + column) * channels + at / (kernel * kernel)];
          }
          addSquare(patch, sum);
        }
      }
    }
    double patches = (double) used * (shape.height() - kernel + 1) * (shape.width() - kernel + 1);
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= patches;
    }
    return sum;
  }

  private static void addSquare(double[] patch, double[] sum) {
    int size = patch.length;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        sum[i * size + j] += patch[i] * patch[j];
      }
    }
  }

  private static double[] normalised(byte[] bytes, ImageShape shape, Normalization normalization) {
    int channels = shape.channels();
    double[] pixels = new double[shape.bytes()];
    for (int i = 0; i < pixels.length; i++) {
      int channel = i % channels;
      pixels[i] =
          ((bytes[i] & 0xff) / 255.0 - normalization.mean(channel)) / normalization.std(channel);
    }
    return pixels;
  }
}
