package dev.onecycle.bench.stream;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Part;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.data.stream.StreamOptions;
import dev.onecycle.data.stream.StreamedImages;
import dev.onecycle.data.stream.StreamedSource;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * An epoch through a stream of very many simulated images: the time to start, images/s, and memory
 * on the way. Nothing is trained.
 */
@Command(
    name = "stream",
    description = "Start, images/s and memory of an epoch of a simulated stream of tar shards.",
    mixinStandardHelpOptions = true)
public final class StreamBench implements Callable<Integer> {
  private static final List<Double> SHARES = List.of(0.0, 0.01, 0.25, 0.5, 0.75, 1.0);

  @Option(names = "--images", defaultValue = "1280000", description = "Default: ${DEFAULT-VALUE}.")
  int images = 1_280_000;

  @Option(
      names = "--shard",
      defaultValue = "1000",
      description = "Images of a shard. Default: ${DEFAULT-VALUE}.")
  int inShard = 1000;

  @Option(
      names = "--side",
      defaultValue = "64",
      description = "Side of the images in pixels. Default: ${DEFAULT-VALUE}.")
  int side = 64;

  @Option(names = "--classes", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
  int classes = 1000;

  @Option(names = "--batch-size", defaultValue = "256", description = "Default: ${DEFAULT-VALUE}.")
  int batchSize = 256;

  @Option(names = "--readers", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
  int readers = 8;

  @Option(names = "--window", defaultValue = "4096", description = "Default: ${DEFAULT-VALUE}.")
  int window = 4096;

  @Option(
      names = "--ranks",
      defaultValue = "1",
      description = "Read the part of one rank of so many. Default: ${DEFAULT-VALUE}.")
  int ranks = 1;

  @Override
  public Integer call() throws IOException {
    Require.atLeast("images", images, 2);
    Require.atLeast("shard", inShard, 1);
    SimulatedShards simulated = new SimulatedShards(images, inShard, classes, side);
    System.out.printf(
        Locale.ROOT,
        "%,d images of %d×%d pixels in %,d shards, heap at most %,d MiB%n",
        images,
        side,
        side,
        (images + inShard - 1) / inShard,
        Runtime.getRuntime().maxMemory() >> 20);
    Path cache = Files.createTempDirectory("onecycle-stream");
    try {
      long begin = System.nanoTime();
      open(simulated, cache);
      System.out.printf(Locale.ROOT, "first start (counts samples)  %8.2f s%n", seconds(begin));
      begin = System.nanoTime();
      StreamedImages stream = open(simulated, cache);
      System.out.printf(Locale.ROOT, "later start                   %8.2f s%n", seconds(begin));
      Sampler sampler = Sampler.of(Sampling.SHUFFLED, stream, batchSize, 0);
      resume(stream, sampler);
      epoch(stream, sampler, simulated);
    } finally {
      try (var files = Files.list(cache)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(cache);
    }
    return 0;
  }

  private StreamedImages open(SimulatedShards simulated, Path cache) {
    StreamOptions options =
        new StreamOptions(
            readers,
            window,
            new ReadOptions.Sizes(new Sizing.AsStored(), CropMargin.NONE),
            DecodeOptions.defaults(),
            false,
            Optional.empty());
    return new StreamedSource("simulated", simulated.files(), options, Optional.empty(), cache)
        .open(List.of(), ReadOptions.Observers.NONE)
        .of(Split.ALL);
  }

  /** The first batch from the middle of the epoch on. */
  private void resume(StreamedImages stream, Sampler sampler) {
    for (double share : new double[] {0, 0.5}) {
      long begin = System.nanoTime();
      long from = (long) (share * (sampler.batchesPerEpoch() - 1));
      try (BatchLoader batches = loader(stream, sampler, from)) {
        batches.next().close();
      }
      System.out.printf(
          Locale.ROOT, "first batch at %3.0f %%          %8.2f s%n", 100 * share, seconds(begin));
    }
  }

  private BatchLoader loader(StreamedImages stream, Sampler sampler, long from) {
    return BatchLoader.batches(
        stream,
        Augmentation.standard(),
        sampler,
        new Part(0, ranks),
        from,
        sampler.batchesPerEpoch());
  }

  private void epoch(StreamedImages stream, Sampler sampler, SimulatedShards simulated) {
    System.out.println("  seen     images   images/s   live heap MiB   process MiB");
    BitSet seen = new BitSet(images);
    long begin = System.nanoTime();
    long paused = 0;
    int next = 0;
    int batch = 0;
    long count = 0;
    try (BatchLoader batches = loader(stream, sampler, 0)) {
      while (next < SHARES.size()) {
        if (batch >= Math.round(SHARES.get(next) * sampler.batchesPerEpoch())) {
          long pause = System.nanoTime();
          double seconds = (pause - begin - paused) / 1e9;
          show(SHARES.get(next++), count, count == 0 ? 0 : count / seconds);
          paused += System.nanoTime() - pause;
        }
        if (batches.hasNext()) {
          try (Batch some = batches.next()) {
            for (int i = 0; i < some.size(); i++) {
              String label = stream.classes().get(some.label(i));
              requireNew(seen, some.index(i), label, simulated);
            }
            count += some.size();
          }
          batch++;
        }
      }
    }
    if (ranks == 1 && seen.cardinality() != count) {
      throw new BadDataException("images were seen twice");
    }
    System.out.printf(Locale.ROOT, "%,d images were seen, each once%n", seen.cardinality());
  }

  private static void requireNew(BitSet seen, int index, String label, SimulatedShards simulated) {
    if (seen.get(index) || !label.equals(simulated.label(index))) {
      throw new BadDataException("image " + index + " was seen twice, or has label " + label);
    }
    seen.set(index);
  }

  private static void show(double share, long count, double rate) {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    System.out.printf(
        Locale.ROOT,
        "%4.0f %% %,12d %,10.0f %15.1f %13.1f%n",
        100 * share,
        count,
        rate,
        heap / 1048576.0,
        resident() / 1024.0);
  }

  /** The memory of the process, in KiB; 0 where the system does not tell. */
  private static long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.replaceAll("[^0-9]", ""))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
