package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A dataset divided into a share of each class, drawn by a seed, and the rest.
 *
 * <p>Of a class with n images max(1, round(n · share)) are held out, but at most n - 1: a class
 * with one image keeps it for training. Both datasets keep the order of the images.
 *
 * @param rest the images to train on
 * @param part the images held out
 */
public record Holdout(ImageDataset rest, ImageDataset part) {
  /** The share where none is given. */
  public static final double TENTH = 0.1;

  /**
   * Holds out a share of each class.
   *
   * @param share in (0, 1)
   * @throws BadDataException if no class has two images
   */
  public static Holdout of(ImageDataset data, double share, long seed) {
    List<List<Integer>> byClass = byClass(data);
    int[] counts = new int[byClass.size()];
    for (int label = 0; label < counts.length; label++) {
      int size = byClass.get(label).size();
      // In float, as the tenth always was.
      int asked = Math.max(1, Math.round((float) share * size));
      counts[label] = size < 2 ? 0 : Math.min(size - 1, asked);
    }
    int total = Arrays.stream(counts).sum();
    if (total == 0) {
      throw new BadDataException(
          "no class has two images, so none can be held out for validation;"
              + " add images, or a test folder");
    }
    boolean[] heldOut = drawn(data, byClass, counts, seed, "held-out tenth");
    return new Holdout(data.select(indices(heldOut, false)), data.select(indices(heldOut, true)));
  }

  /**
   * At most so many images, in the shares of the classes, at least one of each, drawn by a seed and
   * in their order.
   *
   * @throws dev.onecycle.error.InvalidValueException if the limit is less than the number of
   *     classes that have images
   */
  static ImageDataset limited(ImageDataset data, int limit, long seed) {
    if (limit >= data.size()) {
      return data;
    }
    List<List<Integer>> byClass = byClass(data);
    int[] sizes = byClass.stream().mapToInt(List::size).toArray();
    long classes = Arrays.stream(sizes).filter(size -> size > 0).count();
    Require.that(
        limit >= classes,
        "limit",
        "at least " + classes + ", the number of classes,",
        limit,
        limit);
    boolean[] chosen = drawn(data, byClass, quotas(sizes, limit), seed, "limit");
    return data.select(indices(chosen, true));
  }

  /** Parts of a total in the shares of sizes: rounded down, then the largest remainders up. */
  private static int[] quotas(int[] sizes, int total) {
    double all = Arrays.stream(sizes).asLongStream().sum();
    int[] quotas = new int[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      int share = (int) Math.floor(total * (sizes[i] / all));
      quotas[i] = sizes[i] == 0 ? 0 : Math.min(sizes[i], Math.max(1, share));
    }
    Comparator<Integer> byMissing =
        Comparator.comparingDouble(i -> total * (sizes[i] / all) - quotas[i]);
    for (int left = total - Arrays.stream(quotas).sum(); left != 0; left -= Integer.signum(left)) {
      boolean more = left > 0;
      int next =
          IntStream.range(0, sizes.length)
              .boxed()
              .filter(i -> more ? quotas[i] < sizes[i] : quotas[i] > 1)
              .max(more ? byMissing : byMissing.reversed())
              .orElseThrow();
      quotas[next] += Integer.signum(left);
    }
    return quotas;
  }

  private static List<List<Integer>> byClass(ImageDataset data) {
    List<List<Integer>> byClass = new ArrayList<>();
    data.classes().forEach(name -> byClass.add(new ArrayList<>()));
    for (int i = 0; i < data.size(); i++) {
      byClass.get(data.label(i)).add(i);
    }
    return byClass;
  }

  private static boolean[] drawn(
      ImageDataset data, List<List<Integer>> byClass, int[] counts, long seed, String purpose) {
    boolean[] drawn = new boolean[data.size()];
    for (int label = 0; label < counts.length; label++) {
      List<Integer> images = byClass.get(label);
      SplittableRandom random = RandomStream.of(seed, purpose, label);
      for (int i = 0; i < counts[label]; i++) {
        int at = i + random.nextInt(images.size() - i);
        drawn[images.get(at)] = true;
        images.set(at, images.get(i));
      }
    }
    return drawn;
  }

  private static int[] indices(boolean[] flags, boolean value) {
    return IntStream.range(0, flags.length).filter(i -> flags[i] == value).toArray();
  }
}
