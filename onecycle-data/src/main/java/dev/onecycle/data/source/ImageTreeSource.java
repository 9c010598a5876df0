package dev.onecycle.data.source;

import dev.onecycle.data.archive.FileTree;
import dev.onecycle.data.archive.FileTree.Content;
import dev.onecycle.data.archive.FileTree.Entry;
import dev.onecycle.data.archive.FileTree.Place;
import dev.onecycle.data.archive.FileTree.Visitor;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.EncodedImages;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.TreeLayout.Item;
import dev.onecycle.data.work.WorkPool;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Image files in class folders, in a folder or an archive.
 *
 * <p>The tree is walked twice: first for the names and, unless a size is requested, the sizes of
 * the images; then to decode them on all cores. Each image has its own slot, so the result does not
 * depend on the order in which the images are finished.
 */
final class ImageTreeSource implements Source {
  private final FileTree tree;
  private final ReadOptions options;

  ImageTreeSource(FileTree tree, ReadOptions options) {
    this.tree = tree;
    this.options = options;
  }

  @Override
  public String description() {
    return "images " + tree.location() + " " + options.description();
  }

  @Override
  public String state() {
    return tree.state();
  }

  @Override
  public SourceIndex read(PixelSink.Factory sinks) {
    TreeScan scan = TreeScan.of(tree, options);
    TreeLayout layout =
        TreeLayout.of(
            tree.name(), scan.folders(), scan.names(), options.selection(), options.tree());
    SkippedImages bad = new SkippedImages(tree.name(), options.skipBad());
    List<Item> items = new ArrayList<>();
    layout.splits().values().forEach(items::addAll);
    scan.measure(items);
    items.forEach(item -> bad.addIfBad(item, scan.problems().get(item.file())));
    bad.failUnlessSkipping();
    List<String> notes = new ArrayList<>(tree.notes());
    notes.addAll(layout.notes());
    ImageShape shape = shape(layout, scan.shapes(), notes);
    Optional<ImageShape> larger = larger(shape, scan.shapes().values());
    long decoded =
        (long) shape.bytes() * items.size()
            + (long) larger.map(ImageShape::bytes).orElse(0) * training(layout);
    options.check().check(shape, layout.classes().size(), training(layout));
    if (decoded > sinks.room()) {
      sinks.keepEncoded(encoded(items, bad, scan.names(), shape, decoded));
      notes.add(
          Numbers.format(
              "The images would take %.1f GB decoded, for which there is no room in the cache; they"
                  + " are decoded each time they are read.",
              decoded / 1e9));
    }
    Slots slots =
        new Slots(
            items,
            trainingSlots(layout),
            shape,
            larger,
            sinks.open(shape),
            larger.map(sinks::openForCrops).orElse((slot, pixels) -> {}));
    long transparent = decode(slots, scan.names(), bad);
    if (transparent > 0) {
      notes.add(
          (transparent == 1 ? "1 image has" : transparent + " images have")
              + " transparent pixels; they were laid on white.");
    }
    bad.failUnlessSkipping();
    return index(layout, shape, bad, notes);
  }

  /** The shape of all images. Test images do not affect it, so they do not affect training. */
  private ImageShape shape(TreeLayout layout, Map<Integer, ImageShape> shapes, List<String> notes) {
    List<ImageShape> sizes = new ArrayList<>();
    for (Map.Entry<String, List<Item>> split : layout.splits().entrySet()) {
      if (!split.getKey().equals(Split.TEST)) {
        sizes.addAll(known(split.getValue(), shapes));
      }
    }
    Set<ImageShape> different = new HashSet<>(sizes);
    if (different.size() > 1) {
      MixedSizes mixed = MixedSizes.of(sizes, options.decoding().resize(), options.sizing());
      notes.add(mixed.note());
      return mixed.shape();
    }
    if (different.isEmpty()) {
      return options.sizing().of(MixedSizes.SQUARE);
    }
    ImageShape common = different.iterator().next();
    List<ImageShape> test = known(layout.splits().getOrDefault(Split.TEST, List.of()), shapes);
    long others = test.stream().filter(shape -> !shape.equals(common)).count();
    if (others > 0 && options.sizing() instanceof Sizing.AsStored) {
      notes.add(
          others
              + " of "
              + test.size()
              + " test images have another size and were resized to the "
              + common.height()
              + "×"
              + common.width()
              + " of the training images; set image_size to change that.");
    }
    return options.sizing().of(common);
  }

  /**
   * The larger shape of training images for random crops. Images that all have one size, and are
   * not resized, have no more detail.
   */
  private Optional<ImageShape> larger(ImageShape shape, Collection<ImageShape> stored) {
    ImageShape larger = options.margin().of(shape);
    boolean resized = !stored.stream().allMatch(shape::equals) || stored.isEmpty();
    return larger.equals(shape) || !resized ? Optional.empty() : Optional.of(larger);
  }

  private static int training(TreeLayout layout) {
    return Stream.of(Split.TRAIN, Split.ALL)
        .mapToInt(split -> layout.splits().getOrDefault(split, List.of()).size())
        .sum();
  }

  private static BitSet trainingSlots(TreeLayout layout) {
    BitSet slots = new BitSet();
    int next = 0;
    for (Map.Entry<String, List<Item>> split : layout.splits().entrySet()) {
      int end = next + split.getValue().size();
      if (split.getKey().equals(Split.TRAIN) || split.getKey().equals(Split.ALL)) {
        slots.set(next, end);
      }
      next = end;
    }
    return slots;
  }

  private static List<ImageShape> known(List<Item> items, Map<Integer, ImageShape> shapes) {
    return items.stream().map(item -> shapes.get(item.file())).filter(Objects::nonNull).toList();
  }

  /**
   * The places of decoded images.
   *
   * @param items by slot
   * @param training the slots of the images to train on, which get larger pixels too
   * @param larger their shape, if there is one
   */
  private record Slots(
      List<Item> items,
      BitSet training,
      ImageShape shape,
      Optional<ImageShape> larger,
      PixelSink sink,
      PixelSink crops) {
    Optional<ImageShape> larger(int slot) {
      return training.get(slot) ? larger : Optional.empty();
    }
  }

  /** The images in their files, where these can be read at any place. */
  private EncodedImages encoded(
      List<Item> items, SkippedImages bad, List<String> names, ImageShape shape, long decoded) {
    List<Optional<Place>> places = new ArrayList<>();
    tree.walk(entry -> places.add(entry.place()));
    if (places.size() != names.size()) {
      throw changed();
    }
    EncodedImages.Builder encoded = new EncodedImages.Builder(items.size());
    for (int slot = 0; slot < items.size(); slot++) {
      int file = items.get(slot).file();
      if (!bad.contains(file)) {
        Place place = places.get(file).orElseThrow(() -> noRoom(shape, decoded));
        encoded.put(slot, place.file(), place.offset(), place.length());
      }
    }
    return encoded.build(options.decoding());
  }

  private BadDataException noRoom(ImageShape shape, long decoded) {
    return new BadDataException(
        Numbers.format(
            "%s would take %.1f GB decoded at %s, for which there is no room; set image_size lower,"
                + " to 64 for example, or unpack it: images in folders and in plain .tar files are"
                + " decoded when they are read",
            tree.name(), decoded / 1e9, shape));
  }

  private BadDataException changed() {
    return new BadDataException(tree.name() + " changed while it was read");
  }

  /** Decodes images into their slots; returns how many have transparency. */
  private long decode(Slots places, List<String> names, SkippedImages bad) {
    List<Item> items = places.items;
    int[] slots = new int[names.size()];
    Arrays.fill(slots, -1);
    for (int slot = 0; slot < items.size(); slot++) {
      if (!bad.contains(items.get(slot).file())) {
        slots[items.get(slot).file()] = slot;
      }
    }
    AtomicLong done = new AtomicLong();
    AtomicLong transparent = new AtomicLong();
    try (WorkPool pool = new WorkPool("onecycle-decode")) {
      tree.walk(
          new Visitor() {
            private int next;

            @Override
            public void file(Entry entry) {
              int file = next++;
              if (file >= slots.length || !names.get(file).equals(entry.name())) {
                throw changed();
              }
              if (slots[file] >= 0) {
                Item item = items.get(slots[file]);
                Content content = entry.content();
                pool.submit(
                    content.size() + places.shape.bytes(),
                    () -> {
                      if (decode(content, item, slots[file], places, bad)) {
                        transparent.incrementAndGet();
                      }
                      options
                          .listener()
                          .progressed(
                              "Decoding " + tree.name(), done.incrementAndGet(), items.size());
                    });
              }
            }
          });
      pool.finish();
    }
    return transparent.get();
  }

  /** Decodes an image into its slot; true if it has transparency. */
  private boolean decode(Content content, Item item, int slot, Slots places, SkippedImages bad) {
    try {
      ImageDecoder.Decoded decoded =
          ImageDecoder.decode(
              content.bytes(), places.shape, places.larger(slot), options.decoding());
      places.sink.put(slot, decoded.pixels());
      decoded.larger().ifPresent(pixels -> places.crops.put(slot, pixels));
      return decoded.transparent();
    } catch (BadImage e) {
      bad.addIfBad(item, e);
      return false;
    }
  }

  private SourceIndex index(
      TreeLayout layout, ImageShape shape, SkippedImages bad, List<String> notes) {
    List<Split> splits = new ArrayList<>();
    int slot = 0;
    for (Map.Entry<String, List<Item>> split : layout.splits().entrySet()) {
      List<Split.Labelled> images = new ArrayList<>();
      for (Item item : split.getValue()) {
        if (!bad.contains(item.file())) {
          images.add(new Split.Labelled(item.label(), slot, item.name()));
        }
        slot++;
      }
      requireEveryClass(layout.classes(), split, images, notes);
      splits.add(Split.of(split.getKey(), images));
    }
    return new SourceIndex(
        shape, layout.classes(), splits, new ReadingReport(notes, List.of(), bad.skipped()));
  }

  /**
   * Requires an image of every class to train on, and any image of the other splits, since all
   * images of a class may have been skipped.
   */
  private void requireEveryClass(
      List<String> classes,
      Map.Entry<String, List<Item>> split,
      List<Split.Labelled> images,
      List<String> notes) {
    Set<Integer> lost = new TreeSet<>();
    split.getValue().forEach(item -> lost.add(item.label()));
    images.forEach(image -> lost.remove(image.label()));
    if (lost.isEmpty()) {
      return;
    }
    String name = split.getKey();
    boolean training = name.equals(Split.TRAIN) || name.equals(Split.ALL);
    String problem =
        tree.name()
            + " has no usable image of class "
            + classes.get(lost.iterator().next())
            + (lost.size() > 1 ? " and " + (lost.size() - 1) + " more" : "")
            + (name.equals(Split.ALL) ? "" : " in " + name);
    if (training || images.isEmpty()) {
      throw new BadDataException(problem);
    }
    notes.add(problem + ".");
  }
}
