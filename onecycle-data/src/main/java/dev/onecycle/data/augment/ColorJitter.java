package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random changes of brightness, contrast and saturation.
 *
 * <p>Each factor is uniform in [1 − s, 1 + s], for the strength s. The changes are made in this
 * order: brightness multiplies the values; contrast multiplies their distance from the mean grey of
 * the image; saturation multiplies their distance from the grey of their pixel. Grey is 0.299 red +
 * 0.587 green + 0.114 blue. Values are kept in [0, 255] after each change, and rounded once, at the
 * end. Images of one channel have no saturation.
 *
 * <p><i>Source:</i> the formulas of torchvision's {@code ColorJitter}. <i>Deviation:</i> the order
 * is fixed, where torchvision draws it, and values are not rounded between changes.
 *
 * @param brightness strength, in [0, 1]
 * @param contrast strength, in [0, 1]
 * @param saturation strength, in [0, 1]
 */
public record ColorJitter(double brightness, double contrast, double saturation) {
  /** No change. */
  public static final ColorJitter NONE = new ColorJitter(0, 0, 0);

  public ColorJitter {
    Require.inClosed("brightness", brightness, 0, 1);
    Require.inClosed("contrast", contrast, 0, 1);
    Require.inClosed("saturation", saturation, 0, 1);
  }

  /** The factors for one image; 1 changes nothing. */
  public record Factors(double brightness, double contrast, double saturation) {
    /** No change. */
    public static final Factors NONE = new Factors(1, 1, 1);

    void apply(byte[] image, int channels) {
      if (equals(NONE)) {
        return;
      }
      double[] weights = Grey.weights(channels);
      float[] values = new float[256];
      for (int v = 0; v < 256; v++) {
        values[v] = bounded((float) (v * brightness));
      }
      if (contrast != 1) {
        double grey = meanGrey(image, channels, weights, values);
        for (int v = 0; v < 256; v++) {
          values[v] = bounded((float) (contrast * values[v] + (1 - contrast) * grey));
        }
      }
      if (saturation == 1 || channels == 1) {
        for (int i = 0; i < image.length; i++) {
          image[i] = rounded(values[image[i] & 0xff]);
        }
      } else {
        saturate(image, weights, values);
      }
    }

    private void saturate(byte[] image, double[] weights, float[] values) {
      float factor = (float) saturation;
      float red = (float) weights[0];
      float green = (float) weights[1];
      float blue = (float) weights[2];
      for (int i = 0; i < image.length; i += 3) {
        float r = values[image[i] & 0xff];
        float g = values[image[i + 1] & 0xff];
        float b = values[image[i + 2] & 0xff];
        float grey = (1 - factor) * (red * r + green * g + blue * b);
        image[i] = rounded(bounded(factor * r + grey));
        image[i + 1] = rounded(bounded(factor * g + grey));
        image[i + 2] = rounded(bounded(factor * b + grey));
      }
    }

    private static double meanGrey(byte[] image, int channels, double[] weights, float[] values) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        int[] counts = new int[256];
        for (int i = c; i < image.length; i += channels) {
          counts[image[i] & 0xff]++;
        }
        for (int v = 0; v < 256; v++) {
          sum += weights[c] * counts[v] * values[v];
        }
      }
      return sum * channels / image.length;
    }

    private static float bounded(float value) {
      return Math.max(0, Math.min(255, value));
    }

    private static byte rounded(float value) {
      return (byte) (int) (value + 0.5f);
    }
  }

  Factors draw(SplittableRandom random) {
    return new Factors(
        factor(random, brightness), factor(random, contrast), factor(random, saturation));
  }

  private static double factor(SplittableRandom random, double strength) {
    return strength == 0 ? 1 : 1 + strength * (2 * random.nextDouble() - 1);
  }

  String describe() {
    List<String> parts = new ArrayList<>();
    part(parts, "brightness", brightness);
    part(parts, "contrast", contrast);
    part(parts, "saturation", saturation);
    return String.join(", ", parts);
  }

  private static void part(List<String> parts, String name, double strength) {
    if (strength > 0) {
      parts.add(name + " ±" + Numbers.rounded(strength, 6));
    }
  }
}
