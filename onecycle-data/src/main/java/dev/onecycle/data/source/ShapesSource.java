package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.decode.Pixels;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.work.WorkPool;
import java.util.ArrayList;
import java.util.List;

/**
 * The dataset {@code shapes}: 6,000 generated training images and 1,000 test images. Their seed is
 * fixed, so that runs of different seeds are compared on the same images.
 */
final class ShapesSource implements Source {
  static final String NAME = "shapes";

  /** Raise it whenever the same seed draws other images, because decoded images are kept. */
  private static final int VERSION = 1;

  private static final long SEED = 1;
  private static final int TRAIN = 6_000;
  private static final int TEST = 1_000;
  private static final int CHUNK = 250;

  private final ReadOptions options;

  ShapesSource(ReadOptions options) {
    this.options = options;
  }

  @Override
  public String description() {
    return NAME + " " + options.description();
  }

  @Override
  public String state() {
    return "version " + VERSION + " " + SEED + " " + TRAIN + " " + TEST;
  }

  @Override
  public SourceIndex read(PixelSink.Factory sinks) {
    ImageShape shape = options.sizing().of(Shapes.SHAPE);
    PixelSink sink = sinks.open(shape);
    List<Split> splits = new ArrayList<>();
    try (WorkPool pool = new WorkPool("onecycle-shapes")) {
      int slot = 0;
      if (options.selection() != SplitSelection.EVALUATION) {
        splits.add(generate(Split.TRAIN, TRAIN, slot, shape, sink, pool));
        slot += TRAIN;
      }
      if (options.selection() != SplitSelection.TRAINING) {
        splits.add(generate(Split.TEST, TEST, slot, shape, sink, pool));
      }
      pool.finish();
    }
    return new SourceIndex(shape, Shapes.classes(), splits, ReadingReport.EMPTY);
  }

  private Split generate(
      String split, int count, int slot, ImageShape shape, PixelSink sink, WorkPool pool) {
    List<Split.Labelled> images = new ArrayList<>();
    for (int begin = 0; begin < count; begin += CHUNK) {
      int from = begin;
      int to = Math.min(count, begin + CHUNK);
      for (int i = from; i < to; i++) {
        images.add(new Split.Labelled(Shapes.label(i), slot + i, split + "#" + i));
      }
      pool.submit(
          (long) CHUNK * shape.bytes(),
          () -> {
            for (int i = from; i < to; i++) {
              byte[] image = Shapes.image(SEED, split, i);
              sink.put(
                  slot + i, Pixels.of(image, Shapes.SHAPE, shape, options.decoding().resize()));
            }
            options.listener().progressed("Generating " + NAME, to, count);
          });
    }
    return Split.of(split, images);
  }
}
