package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.Pixels;
import dev.onecycle.data.index.PixelSink;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.index.SplitSelection;
import dev.onecycle.data.work.WorkPool;
import java.util.ArrayList;
import java.util.List;

/**
 * The set called {@code shapes}: 6,000 generated images to train on, 1,000 to test on, of a fixed
 * seed, so that runs of different seeds are compared on the same images.
 */
final class ShapesSource implements Source {
  static final String NAME = "shapes";

  /** To be raised whenever the same seed draws other images, for decoded sets are kept. */
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
    List<Split> parts = new ArrayList<>();
    try (WorkPool pool = new WorkPool("onecycle-shapes")) {
      int slot = 0;
      if (options.wanted() != SplitSelection.EVALUATION) {
        parts.add(generate(Split.TRAIN, TRAIN, slot, shape, sink, pool));
        slot += TRAIN;
      }
      if (options.wanted() != SplitSelection.TRAINING) {
        parts.add(generate(Split.TEST, TEST, slot, shape, sink, pool));
      }
      pool.finish();
    }
    return new SourceIndex(shape, Shapes.classes(), parts, List.of(), List.of());
  }

  private Split generate(
      String part, int count, int slot, ImageShape shape, PixelSink sink, WorkPool pool) {
    List<Split.Labelled> images = new ArrayList<>();
    for (int begin = 0; begin < count; begin += CHUNK) {
      int from = begin;
      int to = Math.min(count, begin + CHUNK);
      for (int i = from; i < to; i++) {
        images.add(new Split.Labelled(Shapes.label(i), slot + i, part + "#" + i));
      }
      pool.submit(
          (long) CHUNK * shape.bytes(),
          () -> {
            for (int i = from; i < to; i++) {
              byte[] image = Shapes.image(SEED, part, i);
              sink.put(slot + i, Pixels.of(image, Shapes.SHAPE, shape));
            }
            options.progress().update("Generating " + NAME, to, count);
          });
    }
    return Split.of(part, images);
  }
}
