package dev.onecycle.data.source;

import dev.onecycle.data.archive.FileTree;
import dev.onecycle.data.archive.FileTree.Content;
import dev.onecycle.data.archive.FileTree.Entry;
import dev.onecycle.data.archive.FileTree.Visitor;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.data.source.TreeLayout.Item;
import dev.onecycle.data.work.WorkPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;

/**
 * The names of the files of a tree and, unless a size is requested, the sizes of the images; read
 * before any image is decoded. Files are numbered in the order of the walk.
 */
final class TreeScan {
  /** The number of bytes that contain the size of an image, except after large metadata. */
  private static final int HEAD = 1 << 18;

  private final FileTree tree;
  private final ReadOptions options;
  private final Set<String> folders = new HashSet<>();
  private final List<String> names = new ArrayList<>();
  private final Map<Integer, ImageShape> shapes = new ConcurrentHashMap<>();
  private final Map<Integer, BadImage> problems = new ConcurrentHashMap<>();

  private TreeScan(FileTree tree, ReadOptions options) {
    this.tree = tree;
    this.options = options;
  }

  /** Walks a tree and measures its images, except those that may be test images. */
  static TreeScan of(FileTree tree, ReadOptions options) {
    TreeScan scan = new TreeScan(tree, options);
    boolean labelled = options.tree().labelling().isPresent();
    boolean testToo = options.selection() != SplitSelection.TRAINING;
    scan.walk(
        true,
        (file, name) ->
            (labelled || name.indexOf('/') > 0)
                && ImageNames.mayBeImage(name)
                && (testToo || !TreeLayout.mayBeTest(name)));
    return scan;
  }

  /** The folders that the tree lists, including empty ones. */
  Set<String> folders() {
    return folders;
  }

  /** The names of all files. */
  List<String> names() {
    return names;
  }

  /**
   * Measures the images of a layout that were not measured by the walk: images in a folder {@code
   * test} inside a class, which are not test images. Few trees have such a folder; only they are
   * walked again.
   */
  void measure(List<Item> items) {
    Set<Integer> left = new HashSet<>();
    for (Item item : items) {
      if (!shapes.containsKey(item.file()) && !problems.containsKey(item.file())) {
        left.add(item.file());
      }
    }
    if (measuring() && !left.isEmpty()) {
      walk(false, (file, name) -> left.contains(file));
    }
  }

  /** The sizes of the measured images, by file. */
  Map<Integer, ImageShape> shapes() {
    return shapes;
  }

  /** The defects of images that could not be measured, by file. */
  Map<Integer, BadImage> problems() {
    return problems;
  }

  private boolean measuring() {
    return options.sizing() instanceof Sizing.AsStored;
  }

  private void walk(boolean listing, BiPredicate<Integer, String> measured) {
    try (WorkPool pool = new WorkPool("onecycle-scan")) {
      tree.walk(
          new Visitor() {
            private int next;

            @Override
            public void folder(String name) {
              folders.add(name);
            }

            @Override
            public void file(Entry entry) {
              int file = next++;
              if (listing) {
                names.add(entry.name());
                options
                    .listener()
                    .progressed("Listing " + tree.name(), next, ReadingListener.UNKNOWN);
              }
              if (measuring() && measured.test(file, entry.name())) {
                Content content = entry.content();
                pool.submit(content.size(), () -> measure(content, file));
              }
            }
          });
      pool.finish();
    }
  }

  private void measure(Content content, int file) {
    try {
      byte[] head = content.head(HEAD);
      DecodeOptions decoding = options.decoding();
      boolean whole = head.length < HEAD;
      if (!whole && ImageDecoder.needsWholeFile(head, decoding)) {
        head = content.bytes();
        whole = true;
      }
      try {
        shapes.put(file, ImageDecoder.size(head, decoding));
      } catch (BadImage e) {
        if (whole) {
          throw e;
        }
        shapes.put(file, ImageDecoder.size(content.bytes(), decoding));
      }
    } catch (BadImage e) {
      problems.put(file, e);
    }
  }
}
