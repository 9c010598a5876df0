package dev.onecycle.bench.suggestion;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import dev.onecycle.range.LossScale;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * So many images of each of the first classes of a dataset, drawn by a fixed seed.
 *
 * @param counts images of each class; the later classes are left out
 * @param noise share of the images whose labels are dealt out anew among themselves, in [0, 1]: 1
 *     for labels that do not depend on the images, in the same shares
 */
record ImageSelection(List<Integer> counts, double noise) {
  private static final long SEED = 24;

  ImageSelection {
    counts = List.copyOf(counts);
    Require.that(noise >= 0 && noise <= 1, "label noise", "in [0, 1]", noise, noise);
  }

  /** As many images of each class. */
  static ImageSelection even(int images, int classes) {
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      counts.add(images / classes + (i < images % classes ? 1 : 0));
    }
    return new ImageSelection(counts, 0);
  }

  /** Another number of images for each class. */
  static ImageSelection of(Integer... counts) {
    return new ImageSelection(List.of(counts), 0);
  }

  ImageSelection withNoise(double share) {
    return new ImageSelection(counts, share);
  }

  /** The loss of knowing nothing but how common each class is. */
  LossScale scale(int batchSize) {
    return LossScale.ofClasses(counts.stream().mapToLong(count -> count).toArray(), 0, batchSize);
  }

  /** The images, copied into memory. */
  ImageDataset of(ImageDataset all) {
    List<List<Integer>> byClass = new ArrayList<>();
    counts.forEach(count -> byClass.add(new ArrayList<>()));
    for (int i = 0; i < all.size(); i++) {
      if (all.label(i) < counts.size()) {
        byClass.get(all.label(i)).add(i);
      }
    }
    List<Integer> chosen = new ArrayList<>();
    for (int label = 0; label < counts.size(); label++) {
      List<Integer> images = byClass.get(label);
      int count = counts.get(label);
      Require.atLeast("images of " + all.classes().get(label), images.size(), count);
      shuffle(images, RandomStream.of(SEED, "selection", label));
      chosen.addAll(images.subList(0, count));
    }
    return copy(all, chosen);
  }

  private ImageDataset copy(ImageDataset all, List<Integer> chosen) {
    ImageShape shape = all.shape();
    byte[] pixels = new byte[Math.multiplyExact(chosen.size(), shape.bytes())];
    byte[] image = new byte[shape.bytes()];
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      all.read(chosen.get(i), image);
      System.arraycopy(image, 0, pixels, i * shape.bytes(), shape.bytes());
      labels.add(all.label(chosen.get(i)));
    }
    return ImageDataset.of(
        shape, all.classes().subList(0, counts.size()), withNoise(labels), pixels);
  }

  private int[] withNoise(List<Integer> labels) {
    SplittableRandom random = RandomStream.of(SEED, "label noise", 0);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      if (random.nextDouble() < noise) {
        places.add(i);
      }
    }
    List<Integer> dealt = new ArrayList<>(places.stream().map(labels::get).toList());
    shuffle(dealt, random);
    int[] noisy = labels.stream().mapToInt(label -> label).toArray();
    for (int i = 0; i < places.size(); i++) {
      noisy[places.get(i)] = dealt.get(i);
    }
    return noisy;
  }

  private static void shuffle(List<Integer> values, SplittableRandom random) {
    for (int i = values.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values.get(i);
      values.set(i, values.get(j));
      values.set(j, value);
    }
  }
}
