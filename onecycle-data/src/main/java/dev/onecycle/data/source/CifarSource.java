package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.FileTree;
import dev.onecycle.data.archive.FileTree.Entry;
import dev.onecycle.data.archive.FileTree.Visitor;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.Pixels;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * CIFAR-10 or CIFAR-100 in binary form (Krizhevsky 2009): records of one or two label bytes and
 * 3·32·32 pixel bytes, channel by channel.
 *
 * <p>The files may lie in a folder or in the official .tar.gz, at any depth. CIFAR-100 is labelled
 * by its fine labels.
 */
final class CifarSource implements Source {
  private static final ImageShape STORED = new ImageShape(3, 32, 32);

  private final FileTree tree;
  private final CifarFormat format;
  private final ReadOptions options;

  CifarSource(FileTree tree, CifarFormat format, ReadOptions options) {
    this.tree = tree;
    this.format = format;
    this.options = options;
  }

  @Override
  public String description() {
    return "cifar " + tree.location() + " " + options.description();
  }

  @Override
  public String state() {
    return tree.state();
  }

  @Override
  public SourceIndex read(PixelSink.Factory sinks) {
    ImageShape shape = options.sizing().of(STORED);
    Reading reading = new Reading(shape, sinks.open(shape));
    tree.walk(reading);
    return reading.index();
  }

  private final class Reading implements Visitor {
    private final ImageShape shape;
    private final PixelSink sink;
    private final Map<String, List<Split.Labelled>> batches = new TreeMap<>();
    private List<String> classes = List.of();
    private int slot;

    Reading(ImageShape shape, PixelSink sink) {
      this.shape = shape;
      this.sink = sink;
    }

    @Override
    public void file(Entry entry) {
      String file = EntryNames.last(entry.name());
      try {
        if (file.equals(format.names())) {
          classes = classes(entry);
        } else if (files().contains(file)) {
          if (batches.containsKey(file)) {
            throw new BadDataException(tree.name() + " has " + file + " twice");
          }
          batches.put(file, batch(entry, file));
        }
      } catch (BadImage e) {
        throw new BadDataException(tree.name() + "/" + entry.name() + " " + e.reason(), e);
      } catch (IOException e) {
        throw IoErrors.cannotRead(tree.name() + "/" + entry.name(), e);
      }
    }

    /** The files of the selected images. */
    private List<String> files() {
      List<String> files = new ArrayList<>();
      if (options.selection() != SplitSelection.EVALUATION) {
        files.addAll(format.train());
      }
      if (options.selection() != SplitSelection.TRAINING) {
        files.add(format.test());
      }
      return files;
    }

    private List<String> classes(Entry entry) throws IOException, BadImage {
      try (InputStream in = entry.open()) {
        String text = new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8);
        List<String> names =
            text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        if (names.size() != format.classes()) {
          throw new BadDataException(
              tree.name()
                  + "/"
                  + entry.name()
                  + " must name "
                  + format.classes()
                  + " classes but names "
                  + names.size());
        }
        return names;
      }
    }

    private List<Split.Labelled> batch(Entry entry, String file) throws IOException, BadImage {
      List<Split.Labelled> images = new ArrayList<>();
      byte[] record = new byte[format.labelBytes() + STORED.bytes()];
      try (InputStream in = new BufferedInputStream(entry.open(), 1 << 16)) {
        for (int n = in.readNBytes(record, 0, record.length);
            n > 0;
            n = in.readNBytes(record, 0, record.length)) {
          if (n < record.length) {
            throw new BadDataException(
                tree.name()
                    + "/"
                    + entry.name()
                    + " must be a whole number of records of "
                    + record.length
                    + " bytes but ends after "
                    + n
                    + " bytes of record "
                    + images.size());
          }
          sink.put(
              slot, Pixels.of(interleaved(record), STORED, shape, options.decoding().resize()));
          images.add(
              new Split.Labelled(
                  label(record, entry, images.size()), slot++, file + "#" + images.size()));
          options.listener().progressed("Reading " + tree.name(), slot, ReadingListener.UNKNOWN);
        }
      }
      if (images.isEmpty()) {
        throw new BadDataException(tree.name() + "/" + entry.name() + " is empty");
      }
      return images;
    }

    private int label(byte[] record, Entry entry, int image) {
      int label = record[format.labelBytes() - 1] & 0xFF;
      if (label >= format.classes()) {
        throw new BadDataException(
            tree.name()
                + "/"
                + entry.name()
                + " has label "
                + label
                + " at image "
                + image
                + ", but there are "
                + format.classes()
                + " classes");
      }
      return label;
    }

    /** Puts the channels of a pixel side by side. */
    private byte[] interleaved(byte[] record) {
      int plane = STORED.height() * STORED.width();
      byte[] pixels = new byte[STORED.bytes()];
      for (int i = 0; i < plane; i++) {
        for (int c = 0; c < STORED.channels(); c++) {
          pixels[i * STORED.channels() + c] = record[format.labelBytes() + c * plane + i];
        }
      }
      return pixels;
    }

    SourceIndex index() {
      requirePresent(format.names(), !classes.isEmpty());
      List<Split> splits = new ArrayList<>();
      if (options.selection() != SplitSelection.EVALUATION) {
        List<Split.Labelled> train = new ArrayList<>();
        for (String file : format.train()) {
          train.addAll(batch(file));
        }
        splits.add(Split.of(Split.TRAIN, train));
      }
      if (options.selection() != SplitSelection.TRAINING) {
        splits.add(Split.of(Split.TEST, batch(format.test())));
      }
      return new SourceIndex(shape, classes, splits, ReadingReport.EMPTY);
    }

    private List<Split.Labelled> batch(String file) {
      requirePresent(file, batches.containsKey(file));
      return batches.getOrDefault(file, List.of());
    }

    private void requirePresent(String file, boolean present) {
      if (!present) {
        throw new BadDataException(tree.name() + " lacks the file " + file);
      }
    }
  }
}
