package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.Subset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A dataset divided into a tenth of each class, drawn by a seed, and the rest.
 *
 * <p>Of a class with n images max(1, round(n/10)) are held out; a class with one image keeps it for
 * training. Both datasets keep the order of the images.
 *
 * @param rest the images to train on
 * @param tenth the images held out
 */
public record Holdout(ImageDataset rest, ImageDataset tenth) {
  /**
   * Holds out a tenth of each class.
   *
   * @throws BadDataException if no class has two images
   */
  public static Holdout of(ImageDataset data, long seed) {
    List<List<Integer>> byClass = new ArrayList<>();
    data.classes().forEach(name -> byClass.add(new ArrayList<>()));
    for (int i = 0; i < data.size(); i++) {
      byClass.get(data.label(i)).add(i);
    }
    boolean[] heldOut = new boolean[data.size()];
    int total = 0;
    for (int label = 0; label < byClass.size(); label++) {
      List<Integer> images = byClass.get(label);
      int count = images.size() < 2 ? 0 : Math.max(1, Math.round(images.size() / 10f));
      SplittableRandom random = RandomStream.of(seed, "held-out tenth", label);
      for (int i = 0; i < count; i++) {
        int drawn = i + random.nextInt(images.size() - i);
        heldOut[images.get(drawn)] = true;
        images.set(drawn, images.get(i));
      }
      total += count;
    }
    if (total == 0) {
      throw new BadDataException(
          "no class has two images, so none can be held out for validation;"
              + " add images, or a test folder");
    }
    return new Holdout(
        new Subset(data, indices(heldOut, false, data.size() - total)),
        new Subset(data, indices(heldOut, true, total)));
  }

  private static int[] indices(boolean[] flags, boolean value, int count) {
    int[] indices = new int[count];
    int at = 0;
    for (int i = 0; i < flags.length; i++) {
      if (flags[i] == value) {
        indices[at++] = i;
      }
    }
    return indices;
  }
}
