package dev.onecycle.data;

import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.archive.FileTree;
import dev.onecycle.data.archive.FileTree.Content;
import dev.onecycle.data.archive.FolderTree;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.data.source.ImageNames;
import dev.onecycle.data.source.Sources;
import dev.onecycle.data.work.WorkPool;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Counts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The images of files, folders and archives, without classes, decoded a batch at a time: memory
 * does not grow with their number.
 *
 * <p>Folders are read with all folders in them. A folder or archive may hold other files, which are
 * left out by their extension; a file that is given by itself must be an image or an archive. A
 * folder of nothing but .tar files, or a pattern of their names, is tar shards. A file that cannot
 * be used is handed on with the reason, and so is a folder or archive.
 */
public final class UnlabelledImages {
  private static final int MAX_BATCH = 256;
  private static final long MAX_BATCH_BYTES = 64L << 20;

  private final List<Place> places = new ArrayList<>();
  private final ImageShape shape;
  private final DataOptions options;

  /** A path that was given: a tree of files, one file, or one that cannot be read. */
  private sealed interface Place {
    /**
     * @param shard whether texts beside the images are their classes, and no litter
     */
    record Tree(FileTree tree, boolean shard) implements Place {}

    record File(Path path) implements Place {}

    record Unusable(String name, String problem) implements Place {}
  }

  private UnlabelledImages(ImageShape shape, DataOptions options) {
    this.shape = shape;
    this.options = options;
  }

  /**
   * Lists the folders among some paths.
   *
   * @param shape of every image
   * @param options how images are decoded, how names are encoded, whether links are followed
   */
  public static UnlabelledImages at(List<Path> paths, ImageShape shape, DataOptions options) {
    UnlabelledImages images = new UnlabelledImages(shape, options);
    for (Path path : paths) {
      images.places.addAll(images.placesOf(path));
    }
    return images;
  }

  /** Shards are archives, each of its own: those of a folder or of a pattern. */
  private List<Place> placesOf(Path path) {
    try {
      List<Path> shards = Sources.shards(path.toString());
      return shards.isEmpty()
          ? List.of(place(path, false))
          : shards.stream().map(shard -> place(shard, true)).toList();
    } catch (BadDataException e) {
      return List.of(unusable(path.toString(), e));
    }
  }

  private Place place(Path path, boolean shard) {
    try {
      if (Files.isDirectory(path)) {
        return new Place.Tree(
            FolderTree.of(path, name -> false, options.followLinks(), options.encoding()), false);
      }
      return Archive.isOne(path)
          ? new Place.Tree(Archive.open(path, options.encoding()), shard)
          : new Place.File(path);
    } catch (BadDataException e) {
      return unusable(path.toString(), e);
    }
  }

  /** The reason without the name that it begins with. */
  private static Place.Unusable unusable(String name, BadDataException e) {
    String message = String.valueOf(e.getMessage());
    return new Place.Unusable(
        name, message.startsWith(name + " ") ? message.substring(name.length() + 1) : message);
  }

  /** The number of files to read; empty if there is an archive, which is read once only. */
  public OptionalLong count() {
    long count = 0;
    for (Place place : places) {
      if (!(place instanceof Place.Tree tree)) {
        count++;
      } else if (tree.tree() instanceof FolderTree folder) {
        long[] images = new long[1];
        folder.walk(entry -> images[0] += ImageNames.mayBeImage(entry.name()) ? 1 : 0);
        count += images[0];
      } else {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.of(count);
  }

  /**
   * Reads all images, in the order of the paths and of the names in them.
   *
   * @param consumer gets one batch after the other: at most 256 images, fewer if they are large;
   *     what it throws ends the reading
   * @return sentences for the user about files that were left out and names
   */
  public List<String> read(Consumer<List<UnlabelledImage>> consumer) {
    List<String> notes = new ArrayList<>();
    try (Batches batches = new Batches(consumer)) {
      for (Place place : places) {
        if (place instanceof Place.Tree tree) {
          batches.addAll(tree, notes);
        } else if (place instanceof Place.File file) {
          batches.add(file.path().toString(), new FileContent(file.path()));
        } else if (place instanceof Place.Unusable unusable) {
          batches.add(UnlabelledImage.unusable(unusable.name(), unusable.problem()));
        }
      }
      batches.handOn();
    }
    return notes;
  }

  /** A file that was given by itself. */
  private record FileContent(Path path) implements Content {
    @Override
    public long size() {
      return path.toFile().length();
    }

    @Override
    public byte[] head(int length) throws BadImage {
      return Arrays.copyOf(bytes(), length);
    }

    @Override
    public byte[] bytes() throws BadImage {
      return ImageDecoder.read(path);
    }
  }

  /** Images that are decoded on all cores and handed on once they fill a batch. */
  private final class Batches implements AutoCloseable {
    private final Consumer<List<UnlabelledImage>> consumer;
    private final UnlabelledImage[] slots;
    private int filled;
    private WorkPool pool = newPool();

    /** Whether the consumer is at work, whose failures are not the images'. */
    private boolean handingOn;

    Batches(Consumer<List<UnlabelledImage>> consumer) {
      this.consumer = consumer;
      long room = Math.min(MAX_BATCH_BYTES, Runtime.getRuntime().maxMemory() / 8);
      slots = new UnlabelledImage[(int) Math.max(1, Math.min(MAX_BATCH, room / shape.bytes()))];
    }

    private static WorkPool newPool() {
      return new WorkPool("onecycle-decode");
    }

    void addAll(Place.Tree place, List<String> notes) {
      FileTree tree = place.tree();
      List<String> litter = new ArrayList<>();
      long[] images = new long[1];
      try {
        tree.walk(
            entry -> {
              if (ImageNames.mayBeImage(entry.name())) {
                images[0]++;
                add(tree.name() + "/" + entry.name(), entry.content());
              } else if (!place.shard() || !ShardTree.isLabel(entry.name())) {
                litter.add(entry.name());
              }
            });
      } catch (BadDataException e) {
        if (handingOn) {
          throw e;
        }
        Place.Unusable unusable = unusable(tree.name(), e);
        add(UnlabelledImage.unusable(unusable.name(), unusable.problem()));
        return;
      }
      notes.addAll(tree.notes());
      if (images[0] == 0) {
        String instead = litter.isEmpty() ? "" : " but " + ImageNames.counts(litter);
        add(UnlabelledImage.unusable(tree.name(), "has no image" + instead));
      } else if (!litter.isEmpty()) {
        notes.add(
            Counts.of(litter.size(), "file", "files")
                + " of "
                + tree.name()
                + (litter.size() == 1 ? " was" : " were")
                + " left out by extension: "
                + ImageNames.counts(litter)
                + ".");
      }
    }

    void add(String name, Content content) {
      int slot = next();
      pool.submit(content.size() + shape.bytes(), () -> slots[slot] = decoded(name, content));
    }

    void add(UnlabelledImage image) {
      slots[next()] = image;
    }

    /** A free slot, once the consumer has taken a full batch. */
    private int next() {
      if (filled == slots.length) {
        handOn();
      }
      return filled++;
    }

    private UnlabelledImage decoded(String name, Content content) {
      try {
        return UnlabelledImage.decoded(
            name, ImageDecoder.decode(content.bytes(), shape, options.decoding()).pixels());
      } catch (BadImage e) {
        return UnlabelledImage.unusable(name, e.reason());
      }
    }

    void handOn() {
      pool.finish();
      pool.close();
      pool = newPool();
      List<UnlabelledImage> batch = List.of(Arrays.copyOf(slots, filled));
      filled = 0;
      handingOn = true;
      if (!batch.isEmpty()) {
        consumer.accept(batch);
      }
      handingOn = false;
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
