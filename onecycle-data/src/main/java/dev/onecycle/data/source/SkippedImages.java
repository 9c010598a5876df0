package dev.onecycle.data.source;

import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.source.TreeLayout.Item;
import dev.onecycle.error.BadDataException;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The images of a tree that cannot be used, in the order of its files; filled by many threads. */
final class SkippedImages {
  private final String tree;
  private final boolean skip;
  private final ConcurrentNavigableMap<Integer, SkippedImage> byFile =
      new ConcurrentSkipListMap<>();

  SkippedImages(String tree, boolean skip) {
    this.tree = tree;
    this.skip = skip;
  }

  void addIfBad(Item item, @Nullable BadImage problem) {
    if (problem != null) {
      byFile.put(item.file(), new SkippedImage(item.name(), problem.reason()));
    }
  }

  boolean contains(int file) {
    return byFile.containsKey(file);
  }

  List<SkippedImage> skipped() {
    return List.copyOf(byFile.values());
  }

  /** Fails if there are bad images and they must not be skipped. */
  void failUnlessSkipping() {
    if (skip || byFile.isEmpty()) {
      return;
    }
    SkippedImage first = byFile.firstEntry().getValue();
    int others = byFile.size() - 1;
    String more =
        switch (others) {
          case 0 -> "";
          case 1 -> ", and 1 other image cannot be used";
          default -> ", and " + others + " other images cannot be used";
        };
    throw new BadDataException(
        tree
            + "/"
            + first.origin()
            + " "
            + first.reason()
            + more
            + (others == 0 ? "; remove it" : "; remove them")
            + ", or set skip_bad to leave out all images that cannot be used");
  }
}
