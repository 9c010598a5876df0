package dev.onecycle.torch.settings;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The mean and standard deviation of each channel of pixels scaled to [0, 1]. A network's input is
 * its image less the means, divided by the standard deviations.
 *
 * @param means one a channel, in [0, 1]
 * @param stds standard deviations, one a channel, at least 1e-6
 */
public record Normalization(List<Double> means, List<Double> stds) {
  /** Below it, pixels differ by rounding alone, and a network's input would overflow. */
  private static final double LEAST_STD = 1e-6;

  public Normalization {
    means = List.copyOf(means);
    stds = List.copyOf(stds);
    Require.that(
        !means.isEmpty() && means.size() == stds.size(),
        "means and standard deviations",
        "as many as channels, of both the same number,",
        means.size() + " and " + stds.size(),
        stds);
    for (int c = 0; c < means.size(); c++) {
      Require.inClosed("mean of channel " + c, means.get(c), 0, 1);
      Require.atLeast("standard deviation of channel " + c, stds.get(c), LEAST_STD);
    }
  }

  /**
   * The statistics of a data set's images. A channel of one value in all of them, such as the red
   * and blue of green fluorescence, gets the deviation 1: less its mean it is 0.
   *
   * @throws BadDataException where every channel is the same in every image
   */
  public static Normalization of(ImageDataset images) {
    Require.atLeast("number of images", images.size(), 1);
    ImageShape shape = images.shape();
    int channels = shape.channels();
    long[][] counts = new long[channels][256];
    byte[] pixels = new byte[shape.bytes()];
    for (int i = 0; i < images.size(); i++) {
      images.read(i, pixels);
      for (int c = 0; c < channels; c++) {
        count(pixels, c, channels, counts[c]);
      }
    }
    Double[] means = new Double[channels];
    Double[] stds = new Double[channels];
    boolean varies = false;
    for (int c = 0; c < channels; c++) {
      double n = (double) images.size() * shape.height() * shape.width();
      double sum = 0;
      double squares = 0;
      for (int value = 0; value < 256; value++) {
        sum += counts[c][value] * (value / 255.0);
        squares += counts[c][value] * (value / 255.0) * (value / 255.0);
      }
      means[c] = sum / n;
      double variance = squares / n - means[c] * means[c];
      double std = Math.sqrt(Math.max(0, variance));
      boolean constant = std < LEAST_STD;
      varies |= !constant;
      stds[c] = constant ? 1 : std;
    }
    if (!varies) {
      throw new BadDataException(
          "every channel has the same value in every training image; nothing can be learned");
    }
    return new Normalization(List.of(means), List.of(stds));
  }

  /** In a method of its own, which the compiler makes fast after the first images. */
  private static void count(byte[] pixels, int channel, int channels, long[] counts) {
    for (int at = channel; at < pixels.length; at += channels) {
      counts[pixels[at] & 0xff]++;
    }
  }

  /** ImageNet's, by which networks from elsewhere are trained for the most part. */
  public static Normalization imageNet() {
    return new Normalization(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
  }

  /**
   * Reads {@code 0.5,0.5,0.5:0.2,0.2,0.2}.
   *
   * @param name of the text, for the error
   */
  public static Normalization parse(String name, String text) {
    String[] halves = text.strip().split(":", -1);
    try {
      if (halves.length == 2) {
        return new Normalization(numbers(halves[0]), numbers(halves[1]));
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw Require.invalid(
        name, "data, imagenet, or means and deviations as 0.5,0.5,0.5:0.2,0.2,0.2", text);
  }

  private static List<Double> numbers(String text) {
    return Stream.of(text.split(",", -1)).map(number -> Double.valueOf(number.strip())).toList();
  }

  /** The text that {@link #parse} reads, to the same bits. */
  public String text() {
    return text(means) + ":" + text(stds);
  }

  private static String text(List<Double> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The mean of a channel. */
  public double mean(int channel) {
    return means.get(channel);
  }

  /** The standard deviation of a channel. */
  public double std(int channel) {
    return stds.get(channel);
  }
}
