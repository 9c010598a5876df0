package dev.onecycle.data.augment;

/** The grey of a colour, by the weights of ITU-R BT.601. */
final class Grey {
  private static final double[] RGB = {0.299, 0.587, 0.114};
  private static final double[] ONE = {1};

  private Grey() {}

  /** The weights of an image's channels, 1 or 3; not to be changed. */
  static double[] weights(int channels) {
    return channels == 3 ? RGB : ONE;
  }
}
