package dev.onecycle.torch.settings;

import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The mean and standard deviation of each channel of samples: of images, of pixels scaled to [0,
 * 1]; of numbers, as they are. A network's input is its sample less the means, divided by the
 * standard deviations. Tokens have none.
 *
 * @param means one a channel; of images in [0, 1]
 * @param stds standard deviations, one a channel, positive; of images at least 1e-6
 */
public record Normalization(List<Double> means, List<Double> stds) {
  /** Below it, pixels differ by rounding alone, and a network's input would overflow. */
  private static final double LEAST_STD = 1e-6;

  /** The images that are counted together. */
  private static final int PART = 64;

  /** Numbers that differ by less than the rounding of a float are the same. */
  private static final double FLOAT_ROUNDING = 1e-7;

  public Normalization {
    means = List.copyOf(means);
    stds = List.copyOf(stds);
    Require.that(
        means.size() == stds.size(),
        "means and standard deviations",
        "as many as channels, of both the same number,",
        means.size() + " and " + stds.size(),
        stds);
    for (int c = 0; c < means.size(); c++) {
      double mean = means.get(c);
      Require.that(Double.isFinite(mean), "mean of channel " + c, "finite", mean, mean);
      Require.positive("standard deviation of channel " + c, stds.get(c));
    }
  }

  /**
   * The same normalization, made sure to be one for samples of a layout.
   *
   * @throws dev.onecycle.error.InvalidValueException where it has other channels, or numbers that
   *     no images have
   */
  public Normalization requireFits(SampleLayout layout) {
    int channels = layout.type() == SampleLayout.Type.INT64 ? 0 : layout.channels();
    Require.that(
        means.size() == channels,
        "channels of the normalization",
        channels + ", as the " + layout.noun() + "s have,",
        means.size(),
        means);
    return layout.isImage() ? requireOfImages() : this;
  }

  private Normalization requireOfImages() {
    for (int c = 0; c < means.size(); c++) {
      Require.inClosed("mean of channel " + c, means.get(c), 0, 1);
      Require.atLeast("standard deviation of channel " + c, stds.get(c), LEAST_STD);
    }
    return this;
  }

  /** The normalization of tokens: none. */
  public static Normalization none() {
    return new Normalization(List.of(), List.of());
  }

  /**
   * The statistics of a data set's samples. A channel of one value in all of them, such as the red
   * and blue of green fluorescence, gets the deviation 1: less its mean it is 0. Of arrays
   * [features], each feature is a channel.
   *
   * @throws BadDataException where every channel is the same in every sample
   */
  public static Normalization of(Dataset data) {
    return switch (data.layout().type()) {
      case UINT8 -> ofImages(data);
      case FLOAT32 -> ofNumbers(data);
      case INT64 -> none();
    };
  }

  /** Two passes, so that a small deviation from a large mean is not lost. */
  private static Normalization ofNumbers(Dataset data) {
    Require.atLeast("number of samples", data.size(), 1);
    int channels = data.layout().channels();
    int each = data.layout().values() / channels;
    double[] sums = new double[channels];
    forEachNumber(data, (channel, value) -> sums[channel] += value);
    double n = (double) data.size() * each;
    double[] squares = new double[channels];
    forEachNumber(
        data,
        (channel, value) -> {
          double difference = value - sums[channel] / n;
          squares[channel] += difference * difference;
        });
    Double[] means = new Double[channels];
    Double[] stds = new Double[channels];
    boolean varies = false;
    for (int c = 0; c < channels; c++) {
      means[c] = sums[c] / n;
      double std = Math.sqrt(squares[c] / n);
      boolean constant = std <= FLOAT_ROUNDING * Math.abs(means[c]) || std < Float.MIN_NORMAL;
      varies |= !constant;
      stds[c] = constant ? 1 : std;
    }
    if (!varies) {
      throw new BadDataException(
          "every channel has the same value in every training sample; nothing can be learned");
    }
    return new Normalization(List.of(means), List.of(stds));
  }

  /** Takes a number of a channel. */
  @FunctionalInterface
  private interface NumberConsumer {
    void take(int channel, float value);
  }

  private static void forEachNumber(Dataset data, NumberConsumer numbers) {
    int values = data.layout().values();
    int each = values / data.layout().channels();
    byte[] bytes = new byte[data.layout().bytes()];
    FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int i = 0; i < data.size(); i++) {
      data.read(i, bytes);
      for (int at = 0; at < values; at++) {
        float value = floats.get(at);
        if (!Float.isFinite(value)) {
          throw Require.invalid(
              "value " + at + " of sample " + i + " (" + data.origin(i) + ")",
              "finite",
              value,
              "correct it, or leave the sample out");
        }
        numbers.take(at / each, value);
      }
    }
  }

  private static Normalization ofImages(Dataset images) {
    Require.atLeast("number of images", images.size(), 1);
    SampleLayout layout = images.layout();
    int channels = layout.channels();
    long[][] counts = counts(images);
    Double[] means = new Double[channels];
    Double[] stds = new Double[channels];
    boolean varies = false;
    for (int c = 0; c < channels; c++) {
      double n = (double) images.size() * (layout.values() / channels);
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

  /**
   * How often each value of a pixel occurs, by channel. On all cores, since to read an image may
   * mean to decode it; whole numbers are added to the same sums in any order.
   */
  private static long[][] counts(Dataset images) {
    int channels = images.layout().channels();
    int parts = (images.size() + PART - 1) / PART;
    return IntStream.range(0, parts)
        .parallel()
        .mapToObj(part -> counts(images, part * PART, Math.min(images.size(), (part + 1) * PART)))
        .reduce(new long[channels][256], Normalization::sum);
  }

  private static long[][] counts(Dataset images, int begin, int end) {
    int channels = images.layout().channels();
    long[][] counts = new long[channels][256];
    byte[] pixels = new byte[images.layout().bytes()];
    for (int i = begin; i < end; i++) {
      images.read(i, pixels);
      for (int c = 0; c < channels; c++) {
        count(pixels, c, channels, counts[c]);
      }
    }
    return counts;
  }

  private static long[][] sum(long[][] some, long[][] others) {
    long[][] sum = new long[some.length][256];
    for (int c = 0; c < sum.length; c++) {
      for (int value = 0; value < 256; value++) {
        sum[c][value] = some[c][value] + others[c][value];
      }
    }
    return sum;
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
    if (halves.length == 2) {
      Optional<List<Double>> means = numbers(halves[0]);
      Optional<List<Double>> stds = numbers(halves[1]);
      if (means.isPresent() && stds.isPresent()) {
        return new Normalization(means.get(), stds.get()).requireOfImages();
      }
    }
    throw Require.invalid(
        name, "data, imagenet, or means and deviations as 0.5,0.5,0.5:0.2,0.2,0.2", text);
  }

  /** The numbers between commas; empty where a part is no number. */
  private static Optional<List<Double>> numbers(String text) {
    List<Double> numbers = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      OptionalDouble number = Numbers.parse(part);
      if (number.isEmpty()) {
        return Optional.empty();
      }
      numbers.add(number.getAsDouble());
    }
    return Optional.of(numbers);
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
