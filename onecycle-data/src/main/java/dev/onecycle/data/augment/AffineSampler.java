package dev.onecycle.data.augment;

import java.util.Arrays;

/**
 * Takes the pixels of an image through an affine map, by one interpolation.
 *
 * <p>Between pixels it is bilinear. Where the map shrinks the image along an axis of the source,
 * the tent of the interpolation is widened by that factor, so that every pixel counts and fine
 * patterns do not alias; Pillow's and torchvision's antialiased resizing use the same tent. Pixels
 * outside the image are those of the {@link PadMode}, continued without end.
 */
final class AffineSampler {
  /** Rounding of a rotation must not widen the tent. */
  private static final double NO_SHRINKING = 1 + 1e-9;

  private final int channels;
  private final int height;
  private final int width;
  private final PadMode outside;

  /**
   * @param outside the content of pixels outside the source
   */
  AffineSampler(int channels, int height, int width, PadMode outside) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.outside = outside;
  }

  /** Fills an image of another height and width by a map from its places to those of the source. */
  void apply(byte[] image, AffineMap map, byte[] result, int resultHeight, int resultWidth) {
    double shrinkX = Math.hypot(map.xx(), map.xy());
    double shrinkY = Math.hypot(map.yx(), map.yy());
    if (shrinkX <= NO_SHRINKING && shrinkY <= NO_SHRINKING) {
      bilinear(image, map, result, resultHeight, resultWidth);
    } else {
      Tent across = new Tent(Math.max(1, shrinkX));
      Tent down = new Tent(Math.max(1, shrinkY));
      filtered(image, map, across, down, result, resultHeight, resultWidth);
    }
  }

  private void bilinear(byte[] image, AffineMap map, byte[] result, int rows, int columns) {
    int at = 0;
    for (int y = 0; y < rows; y++) {
      double startX = map.xy() * (y + 0.5) + map.x0() - 0.5;
      double startY = map.yy() * (y + 0.5) + map.y0() - 0.5;
      for (int x = 0; x < columns; x++, at += channels) {
        double sourceX = map.xx() * (x + 0.5) + startX;
        double sourceY = map.yx() * (x + 0.5) + startY;
        int left = (int) Math.floor(sourceX);
        int top = (int) Math.floor(sourceY);
        float right = (float) (sourceX - left);
        float bottom = (float) (sourceY - top);
        boolean inside = left >= 0 && top >= 0 && left + 1 < width && top + 1 < height;
        int row0 = inside ? top : outside.fold(top, height);
        int row1 = inside ? top + 1 : outside.fold(top + 1, height);
        int column0 = inside ? left : outside.fold(left, width);
        int column1 = inside ? left + 1 : outside.fold(left + 1, width);
        for (int c = 0; c < channels; c++) {
          float above = mix(value(image, row0, column0, c), value(image, row0, column1, c), right);
          float below = mix(value(image, row1, column0, c), value(image, row1, column1, c), right);
          result[at + c] = (byte) (int) (mix(above, below, bottom) + 0.5f);
        }
      }
    }
  }

  private static float mix(float first, float second, float share) {
    return first + share * (second - first);
  }

  private int value(byte[] image, int row, int column, int channel) {
    return row == PadMode.NONE || column == PadMode.NONE
        ? 0
        : image[(row * width + column) * channels + channel] & 0xff;
  }

  private void filtered(
      byte[] image, AffineMap map, Tent across, Tent down, byte[] result, int rows, int columns) {
    float[] sums = new float[channels];
    int at = 0;
    for (int y = 0; y < rows; y++) {
      double startX = map.xy() * (y + 0.5) + map.x0() - 0.5;
      double startY = map.yy() * (y + 0.5) + map.y0() - 0.5;
      for (int x = 0; x < columns; x++, at += channels) {
        across.centerOn(map.xx() * (x + 0.5) + startX, width);
        down.centerOn(map.yx() * (x + 0.5) + startY, height);
        Arrays.fill(sums, 0);
        for (int i = 0; i < down.count; i++) {
          for (int j = 0; j < across.count; j++) {
            float weight = down.weights[i] * across.weights[j];
            for (int c = 0; c < channels; c++) {
              sums[c] += weight * value(image, down.positions[i], across.positions[j], c);
            }
          }
        }
        for (int c = 0; c < channels; c++) {
          result[at + c] = (byte) (int) (sums[c] + 0.5f);
        }
      }
    }
  }

  /** The weights of pixels around a place, falling evenly to 0 at a distance; their sum is 1. */
  private final class Tent {
    private final double radius;
    private final int[] positions;
    private final float[] weights;
    private int count;

    Tent(double radius) {
      this.radius = radius;
      int most = 2 * (int) Math.ceil(radius) + 1;
      positions = new int[most];
      weights = new float[most];
    }

    void centerOn(double place, int size) {
      int first = (int) Math.ceil(place - radius);
      count = Math.min(weights.length, (int) Math.floor(place + radius) - first + 1);
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += radius - Math.abs(first + i - place);
      }
      for (int i = 0; i < count; i++) {
        weights[i] = (float) ((radius - Math.abs(first + i - place)) / sum);
        positions[i] = outside.fold(first + i, size);
      }
    }
  }
}
