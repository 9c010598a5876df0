package dev.onecycle.torch.train;

import dev.onecycle.data.ImageDataset;
import dev.onecycle.data.ImageShape;
import dev.onecycle.error.BadDataException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Mean and standard deviation of each channel, of pixels scaled to [0, 1]: what a network subtracts
 * and divides by.
 *
 * @param means one a channel
 * @param deviations one a channel, positive
 */
public record Normalization(List<Double> means, List<Double> deviations) {
  public Normalization {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
  }

  /** The statistics of a data set's images. */
  public static Normalization of(ImageDataset images) {
    ImageShape shape = images.shape();
    int channels = shape.channels();
    long[][] counts = new long[channels][256];
    for (int i = 0; i < images.size(); i++) {
      ByteBuffer pixels = images.pixels(i);
      for (int at = 0; at < shape.bytes(); at++) {
        counts[at % channels][pixels.get(at) & 0xff]++;
      }
    }
    Double[] means = new Double[channels];
    Double[] deviations = new Double[channels];
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
      if (variance < 1e-12) {
        throw new BadDataException(
            "channel " + c + " has the same value in every training image; nothing can be learned");
      }
      deviations[c] = Math.sqrt(variance);
    }
    return new Normalization(List.of(means), List.of(deviations));
  }

  public double mean(int channel) {
    return means.get(channel);
  }

  public double deviation(int channel) {
    return deviations.get(channel);
  }
}
