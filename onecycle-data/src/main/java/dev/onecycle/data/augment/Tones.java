package dev.onecycle.data.augment;

import java.util.function.UnaryOperator;

/** Changes of values that depend on how frequent they are, each channel for itself. */
final class Tones {
  private Tones() {}

  /** Stretches the values to [0, 255]; a channel of one value stays as it is. */
  static void stretch(byte[] image, int channels) {
    perChannel(image, channels, Tones::stretched);
  }

  private static int[] stretched(int[] counts) {
    int low = 0;
    int high = 255;
    while (low < 255 && counts[low] == 0) {
      low++;
    }
    while (high > low && counts[high] == 0) {
      high--;
    }
    int[] map = identity();
    for (int v = low; v <= high && high > low; v++) {
      map[v] = Math.round((v - low) * 255f / (high - low));
    }
    return map;
  }

  /** Makes the values equally frequent, by the integer arithmetic of Pillow's equalize. */
  static void equalize(byte[] image, int channels) {
    perChannel(image, channels, Tones::equalized);
  }

  private static int[] equalized(int[] counts) {
    int total = 0;
    int last = 0;
    for (int count : counts) {
      total += count;
      last = count > 0 ? count : last;
    }
    int step = (total - last) / 255;
    int[] map = identity();
    if (step == 0) {
      return map;
    }
    int sum = step / 2;
    for (int v = 0; v < 256; v++) {
      map[v] = Math.min(255, sum / step);
      sum += counts[v];
    }
    return map;
  }

  private static int[] identity() {
    int[] map = new int[256];
    for (int v = 0; v < 256; v++) {
      map[v] = v;
    }
    return map;
  }

  private static void perChannel(byte[] image, int channels, UnaryOperator<int[]> mapOfCounts) {
    for (int c = 0; c < channels; c++) {
      int[] counts = new int[256];
      for (int i = c; i < image.length; i += channels) {
        counts[image[i] & 0xff]++;
      }
      int[] map = mapOfCounts.apply(counts);
      for (int i = c; i < image.length; i += channels) {
        image[i] = (byte) map[image[i] & 0xff];
      }
    }
  }
}
