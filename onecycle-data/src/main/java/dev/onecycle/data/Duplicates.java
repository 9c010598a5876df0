package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.util.HashMap;
import java.util.Map;

/** Images that are to be trained on and evaluated on: the accuracy on them says little. */
final class Duplicates {
  private Duplicates() {}

  /** A report with a warning where images of another set are among the training images. */
  static ReadingReport in(
      ImageDataset train, ImageDataset other, String name, ReadingReport report) {
    Map<Long, Integer> byHash = new HashMap<>();
    for (int i = 0; i < train.size(); i++) {
      byHash.putIfAbsent(train.hash(i), i);
    }
    int count = 0;
    String example = "";
    for (int i = 0; i < other.size(); i++) {
      Integer same = byHash.get(other.hash(i));
      if (same != null && ++count == 1) {
        example = other.origin(i) + " as " + train.origin(same);
      }
    }
    return count == 0
        ? report
        : report.withWarning(
            Numbers.format(
                "%,d of the %s %s also among the training images, %s for one; the accuracy on"
                    + " %s says nothing about new images.",
                count,
                Counts.images(other.size(), name),
                count == 1 ? "is" : "are",
                example,
                count == 1 ? "it" : "them"));
  }
}
