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
    if (map.xy() == 0 && map.yx() == 0) {
      Axis across = new Axis(map.xx(), map.x0(), resultWidth, width);
      Axis down = new Axis(map.yy(), map.y0(), resultHeight, height);
      byAxes(image, across, down, result);
      return;
    }
    double shrinkX = Math.hypot(map.xx(), map.xy());
    double shrinkY = Math.hypot(map.yx(), map.yy());
    if (shrinkX <= NO_SHRINKING && shrinkY <= NO_SHRINKING) {
      bilinear(image, map, result, resultHeight, resultWidth);
    } else {
      filtered(image, map, result, resultHeight, resultWidth);
    }
  }

  /**
   * Without a turn the weights of rows and columns are independent: each row of the source that is
   * needed is interpolated once, and rows of the result are sums of such rows.
   */
  private void byAxes(byte[] image, Axis across, Axis down, byte[] result) {
    int length = across.count * channels;
    float[][] rows = new float[down.taps][length];
    int[] held = new int[down.taps];
    Arrays.fill(held, PadMode.NONE);
    float[] sums = new float[length];
    for (int y = 0; y < down.count; y++) {
      Arrays.fill(sums, 0.5f);
      for (int k = y * down.taps; k < (y + 1) * down.taps; k++) {
        int row = down.positions[k];
        float weight = down.weights[k];
        if (weight != 0 && row != PadMode.NONE) {
          // Places side by side have rows side by side, also where these are mirrored.
          int slot = row % down.taps;
          if (held[slot] != row) {
            interpolate(image, row * width * channels, across, rows[slot]);
            held[slot] = row;
          }
          float[] interpolated = rows[slot];
          for (int i = 0; i < length; i++) {
            sums[i] += weight * interpolated[i];
          }
        }
      }
      int at = y * length;
      for (int i = 0; i < length; i++) {
        result[at + i] = (byte) (int) sums[i];
      }
    }
  }

  private void interpolate(byte[] image, int from, Axis across, float[] row) {
    int at = 0;
    for (int x = 0; x < across.count; x++) {
      int end = (x + 1) * across.taps;
      if (channels == 3) {
        float red = 0;
        float green = 0;
        float blue = 0;
        for (int k = x * across.taps; k < end; k++) {
          if (across.positions[k] != PadMode.NONE) {
            int source = from + across.positions[k] * 3;
            float weight = across.weights[k];
            red += weight * (image[source] & 0xff);
            green += weight * (image[source + 1] & 0xff);
            blue += weight * (image[source + 2] & 0xff);
          }
        }
        row[at] = red;
        row[at + 1] = green;
        row[at + 2] = blue;
        at += 3;
      } else {
        for (int c = 0; c < channels; c++, at++) {
          float sum = 0;
          for (int k = x * across.taps; k < end; k++) {
            if (across.positions[k] != PadMode.NONE) {
              sum += across.weights[k] * (image[from + across.positions[k] * channels + c] & 0xff);
            }
          }
          row[at] = sum;
        }
      }
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
        if (left >= 0 && top >= 0 && left + 1 < width && top + 1 < height) {
          int first = (top * width + left) * channels;
          int second = first + width * channels;
          for (int c = 0; c < channels; c++) {
            float above = mix(image[first + c] & 0xff, image[first + channels + c] & 0xff, right);
            float below = mix(image[second + c] & 0xff, image[second + channels + c] & 0xff, right);
            result[at + c] = (byte) (int) (mix(above, below, bottom) + 0.5f);
          }
        } else {
          int row0 = outside.fold(top, height);
          int row1 = outside.fold(top + 1, height);
          int column0 = outside.fold(left, width);
          int column1 = outside.fold(left + 1, width);
          for (int c = 0; c < channels; c++) {
            float above =
                mix(value(image, row0, column0, c), value(image, row0, column1, c), right);
            float below =
                mix(value(image, row1, column0, c), value(image, row1, column1, c), right);
            result[at + c] = (byte) (int) (mix(above, below, bottom) + 0.5f);
          }
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

  private void filtered(byte[] image, AffineMap map, byte[] result, int rows, int columns) {
    Tent across = new Tent(Math.max(1, Math.hypot(map.xx(), map.xy())));
    Tent down = new Tent(Math.max(1, Math.hypot(map.yx(), map.yy())));
    float[] sums = new float[channels];
    int at = 0;
    for (int y = 0; y < rows; y++) {
      double startX = map.xy() * (y + 0.5) + map.x0() - 0.5;
      double startY = map.yy() * (y + 0.5) + map.y0() - 0.5;
      for (int x = 0; x < columns; x++, at += channels) {
        double sourceX = map.xx() * (x + 0.5) + startX;
        double sourceY = map.yx() * (x + 0.5) + startY;
        int left = (int) Math.floor(sourceX);
        int top = (int) Math.floor(sourceY);
        float[] weightsX = across.at(sourceX - left);
        float[] weightsY = down.at(sourceY - top);
        left -= across.before;
        top -= down.before;
        boolean inside =
            left >= 0
                && top >= 0
                && left + weightsX.length <= width
                && top + weightsY.length <= height;
        Arrays.fill(sums, 0.5f);
        for (int i = 0; i < weightsY.length; i++) {
          int row = inside ? top + i : outside.fold(top + i, height);
          for (int j = 0; j < weightsX.length; j++) {
            float weight = weightsY[i] * weightsX[j];
            int column = inside ? left + j : outside.fold(left + j, width);
            if (weight != 0 && row != PadMode.NONE && column != PadMode.NONE) {
              int source = (row * width + column) * channels;
              for (int c = 0; c < channels; c++) {
                sums[c] += weight * (image[source + c] & 0xff);
              }
            }
          }
        }
        for (int c = 0; c < channels; c++) {
          result[at + c] = (byte) (int) sums[c];
        }
      }
    }
  }

  /**
   * The pixels of a row or a column that count for each place of the result, and their weights.
   * They fall evenly to 0 at a distance; the sum of the weights of a place is 1.
   */
  private final class Axis {
    private final int count;
    private final int taps;
    private final int[] positions;
    private final float[] weights;

    /**
     * @param step from a place of the result to the next, in pixels of the source
     * @param size the pixels of the source
     */
    Axis(double step, double start, int count, int size) {
      this.count = count;
      double radius = Math.abs(step) <= NO_SHRINKING ? 1 : Math.abs(step);
      taps = 2 * (int) Math.ceil(radius);
      positions = new int[count * taps];
      weights = new float[count * taps];
      for (int i = 0; i < count; i++) {
        double place = step * (i + 0.5) + start - 0.5;
        int first = (int) Math.floor(place) - taps / 2 + 1;
        weigh(place - first, radius, taps, weights, i * taps);
        for (int k = 0; k < taps; k++) {
          positions[i * taps + k] = outside.fold(first + k, size);
        }
      }
    }
  }

  /** Writes the weights of pixels 0 to taps - 1 for a place; their sum is 1. */
  private static void weigh(double place, double radius, int taps, float[] weights, int at) {
    double sum = 0;
    for (int k = 0; k < taps; k++) {
      sum += Math.max(0, radius - Math.abs(k - place));
    }
    for (int k = 0; k < taps; k++) {
      weights[at + k] = (float) (Math.max(0, radius - Math.abs(k - place)) / sum);
    }
  }

  /** The weights of pixels around a place, for {@value #PHASES} places between two pixels. */
  private static final class Tent {
    private static final int PHASES = 64;

    /** The pixels before the one at or before the place. */
    private final int before;

    private final float[][] weights;

    Tent(double radius) {
      int taps = 2 * (int) Math.ceil(radius);
      before = taps / 2 - 1;
      weights = new float[PHASES + 1][taps];
      for (int i = 0; i <= PHASES; i++) {
        weigh(before + (double) i / PHASES, radius, taps, weights[i], 0);
      }
    }

    /**
     * @param fraction the distance to the pixel before the place, in [0, 1)
     */
    float[] at(double fraction) {
      return weights[(int) (fraction * PHASES + 0.5)];
    }
  }
}
