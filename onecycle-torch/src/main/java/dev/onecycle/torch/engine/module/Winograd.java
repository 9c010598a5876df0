package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.TensorHandles;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * 3×3 convolutions in float32 with a quarter of the multiplications.
 *
 * <p>An output of 4×4 pixels depends on a patch of 6×6. Both are seen in another basis, in which
 * the convolution is a product for each of the patch's 36 places by itself: 36 products of matrices
 * [patches, in]·[in, out] in place of 144. Changing the basis is a product, too.
 *
 * <p>All images are float32, [N, C, H, W], channels last, padded by one pixel of zeros; kernels are
 * [out, in, 3, 3]. The result is the convolution up to rounding: the error is a few times the error
 * of the engine's own convolution.
 *
 * <p><i>Source:</i> A. Lavin and S. Gray 2015 (arXiv 1509.09308, sections 4.2 and 4.3), F(4×4,
 * 3×3). <i>Deviation:</i> the weights' gradient is the exact adjoint of the forward pass, not an
 * algorithm of its own.
 */
final class Winograd {
  private static final int TILE = 4;
  private static final int PATCH = TILE + 2;
  private static final int PLACES = PATCH * PATCH;

  /**
   * Enough rows to multiply fast, few enough for the results between two products to stay cached.
   */
  private static final int ROWS = 256;

  /** The factors of a patch, a kernel and an output, for one of their two directions. */
  private static final float[][] PATCHES = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 2, -1, -2, 1, 0},
    {0, 4, 0, -5, 0, 1}
  };

  private static final float[][] KERNELS = {
    {1 / 4f, 0, 0},
    {-1 / 6f, -1 / 6f, -1 / 6f},
    {-1 / 6f, 1 / 6f, -1 / 6f},
    {1 / 24f, 1 / 12f, 1 / 6f},
    {1 / 24f, -1 / 12f, 1 / 6f},
    {0, 0, 1}
  };

  private static final float[][] OUTPUTS = {
    {1, 1, 1, 1, 1, 0},
    {0, 1, -1, 2, -2, 0},
    {0, 1, 1, 4, 4, 0},
    {0, 1, -1, 8, -8, 1}
  };

  private Winograd() {}

  /** Whether tiles fit images of this size well enough to save multiplications. */
  static boolean covers(long height, long width) {
    return TILE * TILE * tiles(height) * tiles(width) <= 2 * height * width;
  }

  /** The convolution [N, out, H, W]. */
  static Tensor forward(Tensor x, Tensor kernel) {
    return TensorHandles.outOf(
        () -> convolved(x, inBasis(byPlace(kernel), kernel).transpose(1, 2)));
  }

  /**
   * The gradient of x [N, in, H, W] from the result's gradient: a convolution by turned kernels.
   */
  static Tensor inputGradient(Tensor gradient, Tensor kernel) {
    return TensorHandles.outOf(() -> convolved(gradient, inBasis(byPlace(kernel).flip(0), kernel)));
  }

  /** The gradient of the kernel. */
  static Tensor weightGradient(Tensor x, Tensor gradient) {
    return TensorHandles.outOf(() -> correlated(x, gradient));
  }

  private static Tensor correlated(Tensor x, Tensor gradient) {
    long in = x.size(1);
    long out = gradient.size(1);
    Tensor toPlaces = both(OUTPUTS).t().contiguous();
    Tensor sum = torch.zeros(PLACES, out, in);
    Framed images = new Framed(x, PATCH - TILE);
    Framed gradients = new Framed(gradient, 0);
    for (long first = 0; first < x.size(0); first += images.count) {
      try (PointerScope scope = new PointerScope()) {
        images.take(first);
        gradients.take(first);
        Tensor places = torch.mm(toPlaces, gradients.windows(TILE)).view(PLACES, -1, out);
        sum.baddbmm_(places.transpose(1, 2), images.patches());
      }
    }
    return torch
        .mm(both(KERNELS).t(), sum.view(PLACES, out * in))
        .view(3, 3, out, in)
        .permute(2, 3, 0, 1);
  }

  /** Kernels [36, in, out] in their basis slide over x. */
  private static Tensor convolved(Tensor x, Tensor kernels) {
    long height = x.size(2);
    long width = x.size(3);
    long out = kernels.size(2);
    Tensor outputs = both(OUTPUTS);
    Tensor result = torch.empty(x.size(0), height, width, out);
    Framed images = new Framed(x, PATCH - TILE);
    for (long first = 0; first < x.size(0); first += images.count) {
      try (PointerScope scope = new PointerScope()) {
        long taken = images.take(first);
        Tensor places = torch.bmm(images.patches(), kernels);
        Tensor tiles =
            torch
                .mm(outputs, places.view(PLACES, -1))
                .view(TILE, TILE, images.count, images.down, images.across, out)
                .permute(2, 3, 0, 4, 1, 5)
                .reshape(images.count, TILE * images.down, TILE * images.across, out);
        result
            .narrow(0, first, taken)
            .copy_(tiles.narrow(0, 0, taken).narrow(1, 0, height).narrow(2, 0, width));
      }
    }
    return result.permute(0, 3, 1, 2);
  }

  /** A kernel as [9, out · in]. */
  private static Tensor byPlace(Tensor kernel) {
    return kernel.permute(2, 3, 0, 1).reshape(9, kernel.size(0) * kernel.size(1));
  }

  private static Tensor inBasis(Tensor places, Tensor kernel) {
    return torch.mm(both(KERNELS), places).view(PLACES, kernel.size(0), kernel.size(1));
  }

  /** A matrix for rows and columns at once: the Kronecker product of one with itself. */
  private static Tensor both(float[][] matrix) {
    int rows = matrix.length;
    int columns = matrix[0].length;
    float[] product = new float[rows * rows * columns * columns];
    for (int i = 0; i < product.length; i++) {
      int row = i / (columns * columns);
      int column = i % (columns * columns);
      product[i] = matrix[row / rows][column / columns] * matrix[row % rows][column % columns];
    }
    return torch.tensor(product).view(rows * rows, columns * columns);
  }

  private static long tiles(long pixels) {
    return (pixels + TILE - 1) / TILE;
  }

  /** A few images at a time in a frame of zeros, so that they are made of whole tiles. */
  private static final class Framed {
    final long count;
    final long down;
    final long across;
    private final Tensor images;
    private final Tensor frame;
    private final Tensor inside;

    /**
     * A frame for images [N, C, H, W].
     *
     * @param border rows and columns of zeros, half of them on each side
     */
    Framed(Tensor images, int border) {
      this.images = images.permute(0, 2, 3, 1);
      long height = images.size(2);
      long width = images.size(3);
      down = tiles(height);
      across = tiles(width);
      count = Math.min(images.size(0), (ROWS + down * across - 1) / (down * across));
      frame =
          torch.zeros(
              new long[] {count, TILE * down + border, TILE * across + border, images.size(1)},
              new TensorOptions(ScalarType.Float));
      inside = frame.narrow(1, border / 2, height).narrow(2, border / 2, width);
    }

    /** Frames images from the given one on, and returns their number. */
    long take(long first) {
      long taken = Math.min(count, images.size(0) - first);
      inside.narrow(0, 0, taken).copy_(images.narrow(0, first, taken));
      inside.narrow(0, taken, count - taken).zero_();
      return taken;
    }

    /** The windows that begin where tiles do, [side², tiles · C]. */
    Tensor windows(int side) {
      long channels = frame.size(3);
      long row = frame.stride(1);
      return frame
          .as_strided(
              new long[] {side, side, count, down, across, channels},
              new long[] {row, channels, frame.stride(0), TILE * row, TILE * channels, 1})
          .reshape(side * side, count * down * across * channels);
    }

    /** The patches in their basis, [36, tiles, C]. */
    Tensor patches() {
      return torch.mm(both(PATCHES), windows(PATCH)).view(PLACES, -1, frame.size(3));
    }
  }
}
