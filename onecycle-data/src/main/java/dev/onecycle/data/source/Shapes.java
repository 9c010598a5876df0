package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A generator of images: ten shapes in colour, 32×32, on backgrounds with gradients, texture,
 * clutter and noise.
 *
 * <p>The images need no download and are learned in minutes, yet are hard enough to show the effect
 * of a poor learning rate. Position, size, rotation, colour and contrast are drawn from (seed,
 * split, index) by arithmetic that gives the same bytes on every platform. Image {@code i} has
 * label {@code i mod 10}.
 */
public final class Shapes {
  /** The shape of every image. */
  public static final ImageShape SHAPE = new ImageShape(3, 32, 32);

  private static final int SIDE = 32;
  private static final int GRID = 5;
  private static final double HUE_SPREAD = 0.2;
  private static final double GROUND_TINT = 30;

  private Shapes() {}

  /** The names of the ten classes. */
  public static List<String> classes() {
    return ShapeOutline.names();
  }

  /**
   * Generates images in memory.
   *
   * @param seed the images differ from seed to seed
   * @param split the name of the set: "train" or "test", for example; images differ between sets
   * @param count the number of images
   */
  public static ImageDataset generate(long seed, String split, int count) {
    Require.atLeast("number of shapes", count, 1);
    byte[] pixels = new byte[Math.multiplyExact(count, SHAPE.bytes())];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      byte[] image = image(seed, split, i);
      System.arraycopy(image, 0, pixels, i * SHAPE.bytes(), image.length);
      labels[i] = label(i);
    }
    return ImageDataset.of(SHAPE, classes(), labels, pixels);
  }

  static int label(int index) {
    return index % ShapeOutline.ALL.size();
  }

  static byte[] image(long seed, String split, int index) {
    SplittableRandom random = RandomStream.of(seed, "shapes " + split, index);
    double[] canvas = background(random);
    int clutter = random.nextInt(4);
    for (int i = 0; i < clutter; i++) {
      drawClutter(canvas, random);
    }
    drawShape(canvas, ShapeOutline.ALL.get(label(index)), random);
    return toBytes(canvas, random);
  }

  /** Draws a gradient between two colours with a texture of soft light and shade. */
  private static double[] background(SplittableRandom random) {
    double[] from = colour(random);
    double[] to = colour(random);
    double blend = random.nextDouble(0.2, 1);
    double angle = random.nextDouble(2 * Math.PI);
    double dx = StrictMath.cos(angle) / SIDE;
    double dy = StrictMath.sin(angle) / SIDE;
    double depth = random.nextDouble(45);
    double[] grid = new double[GRID * GRID];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = random.nextDouble(-depth, depth + 1e-9);
    }
    double[] canvas = new double[SHAPE.bytes()];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double along = 0.5 + (x - SIDE / 2.0) * dx + (y - SIDE / 2.0) * dy;
        double share = blend * Math.max(0, Math.min(1, along));
        double light = interpolated(grid, x * (GRID - 1.0) / SIDE, y * (GRID - 1.0) / SIDE);
        for (int c = 0; c < 3; c++) {
          canvas[(y * SIDE + x) * 3 + c] = from[c] + share * (to[c] - from[c]) + light;
        }
      }
    }
    return canvas;
  }

  private static double interpolated(double[] grid, double x, double y) {
    int left = (int) x;
    int top = (int) y;
    double right = x - left;
    double bottom = y - top;
    int at = top * GRID + left;
    double above = grid[at] * (1 - right) + grid[at + 1] * right;
    double below = grid[at + GRID] * (1 - right) + grid[at + GRID + 1] * right;
    return above * (1 - bottom) + below * bottom;
  }

  /** Draws a thin line or a small spot. */
  private static void drawClutter(double[] canvas, SplittableRandom random) {
    double[] colour = colour(random);
    double opacity = random.nextDouble(0.4, 1);
    double x = random.nextDouble(SIDE);
    double y = random.nextDouble(SIDE);
    double angle = random.nextDouble(2 * Math.PI);
    double length = random.nextBoolean() ? random.nextDouble(6, 26) : 0;
    double width = length > 0 ? random.nextDouble(0.4, 1.0) : random.nextDouble(0.8, 2.4);
    double ux = StrictMath.cos(angle);
    double uy = StrictMath.sin(angle);
    paint(
        canvas,
        colour,
        opacity,
        (px, py) -> {
          double along = (px - x) * ux + (py - y) * uy;
          double beyond = along - Math.max(-length / 2, Math.min(length / 2, along));
          double across = (py - y) * ux - (px - x) * uy;
          return Math.sqrt(beyond * beyond + across * across) - width;
        });
  }

  private static void drawShape(double[] canvas, ShapeOutline outline, SplittableRandom random) {
    double radius = random.nextDouble(7.5, 13);
    double x = random.nextDouble(0.75 * radius, SIDE - 0.75 * radius);
    double y = random.nextDouble(0.75 * radius, SIDE - 0.75 * radius);
    double angle = random.nextDouble(-1, 1) * outline.maxTurn();
    double stretch = random.nextDouble(0.85, 1.18);
    double cos = StrictMath.cos(angle) / radius;
    double sin = StrictMath.sin(angle) / radius;
    double[] ground = mean(canvas, x, y, radius);
    double[] colour = colour(outline, random);
    for (int tries = 0; distance(colour, ground) < 80 && tries < 50; tries++) {
      colour = colour(outline, random);
    }
    paint(
        canvas,
        colour,
        random.nextDouble(0.7, 1),
        (px, py) -> {
          double u = (px - x) * cos + (py - y) * sin;
          double v = (py - y) * cos - (px - x) * sin;
          return outline.distance(u * stretch, v / stretch) * radius;
        });
  }

  private interface Distance {
    /** Signed distance in pixels from an outline, negative inside. */
    double at(double x, double y);
  }

  /** Paints the inside of an outline; its edge is smoothed over one pixel. */
  private static void paint(double[] canvas, double[] colour, double opacity, Distance outline) {
    for (int y = 0, at = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++, at += 3) {
        double cover = 0.5 - outline.at(x + 0.5, y + 0.5);
        if (cover > 0) {
          double share = opacity * Math.min(1, cover);
          for (int c = 0; c < 3; c++) {
            canvas[at + c] += share * (colour[c] - canvas[at + c]);
          }
        }
      }
    }
  }

  /** Applies contrast, brightness and noise, and rounds to bytes. */
  private static byte[] toBytes(double[] canvas, SplittableRandom random) {
    double contrast = random.nextDouble(0.5, 1.05);
    double brightness = random.nextDouble(-25, 25);
    double noise = random.nextDouble(4, 28);
    byte[] image = new byte[canvas.length];
    for (int i = 0; i < image.length; i += 3) {
      long bits = random.nextLong();
      for (int c = 0; c < 3; c++) {
        // The sum of two uniform numbers approximates a normal distribution.
        double deviation = ((bits & 1023) + (bits >>> 10 & 1023)) / 1023.0 - 1;
        bits >>>= 20;
        double value = 128 + (canvas[i + c] - 128) * contrast + brightness + deviation * 2 * noise;
        image[i + c] = (byte) Math.round(Math.max(0, Math.min(255, value)));
      }
    }
    return image;
  }

  /**
   * Draws a colour that hints at the class: the hues of a class overlap those of the next classes.
   * So a network learns from the first steps, as from photographs, and needs the form for the rest.
   */
  private static double[] colour(ShapeOutline outline, SplittableRandom random) {
    double share = (double) outline.ordinal() / ShapeOutline.values().length;
    double hue = share + HUE_SPREAD * (random.nextDouble() + random.nextDouble() - 1);
    double saturation = random.nextDouble(0.5, 1);
    double value = random.nextDouble(120, 256);
    double[] colour = new double[3];
    for (int c = 0; c < 3; c++) {
      double turn = 6 * (hue - c / 3.0);
      turn -= 6 * Math.floor(turn / 6);
      double full = Math.max(0, Math.min(1, Math.abs(turn - 3) - 1));
      colour[c] = value * (1 - saturation * (1 - full));
    }
    return colour;
  }

  /** Draws a greyish colour for the background, so that the colour of the shape stands out. */
  private static double[] colour(SplittableRandom random) {
    double grey = random.nextDouble(30, 226);
    double[] colour = new double[3];
    for (int c = 0; c < 3; c++) {
      colour[c] = grey + random.nextDouble(-GROUND_TINT, GROUND_TINT);
    }
    return colour;
  }

  private static double[] mean(double[] canvas, double x, double y, double radius) {
    double[] sum = new double[3];
    int count = 0;
    for (int py = 0, at = 0; py < SIDE; py++) {
      for (int px = 0; px < SIDE; px++, at += 3) {
        if (Math.abs(px - x) < radius && Math.abs(py - y) < radius) {
          for (int c = 0; c < 3; c++) {
            sum[c] += canvas[at + c];
          }
          count++;
        }
      }
    }
    return new double[] {sum[0] / count, sum[1] / count, sum[2] / count};
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int c = 0; c < 3; c++) {
      sum += (a[c] - b[c]) * (a[c] - b[c]);
    }
    return Math.sqrt(sum);
  }
}
