package dev.onecycle.data.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Part;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.source.ReadOptions;
import dev.onecycle.data.source.Sizing;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.Python;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestImages;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StreamedImagesTest {
  private static final int SIDE = 4;
  private static final int BYTES = 3 * SIDE * SIDE;
  private static final int[] COUNTS = {9, 30, 1, 17, 22, 41, 8};
  private static final int ALL = 128;

  @TempDir Path temp;

  /** A shard in memory that counts what is read of it. */
  private static final class InMemory implements ShardFile {
    private final String name;
    private final byte[] bytes;
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    InMemory(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public String state() {
      return String.valueOf(Arrays.hashCode(bytes));
    }

    @Override
    public InputStream open() {
      opened.incrementAndGet();
      return new FilterInputStream(new ByteArrayInputStream(bytes)) {
        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          int count = super.read(target, offset, length);
          read.addAndGet(Math.max(0, count));
          return count;
        }
      };
    }
  }

  /** The colour of an image says which one it is. */
  private static int colour(int image) {
    return (image / 256 << 16) | (image % 256 << 8);
  }

  private static Map<String, byte[]> samples(int first, int count) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = first; i < first + count; i++) {
      files.put(key(i) + ".png", TestImages.png(SIDE, SIDE, colour(i)));
      files.put(key(i) + ".cls", String.valueOf(i % 3).getBytes(UTF_8));
    }
    return files;
  }

  private static String key(int image) {
    return String.format("%06d", image);
  }

  private static List<InMemory> shards(int... counts) throws IOException {
    List<InMemory> shards = new ArrayList<>();
    int first = 0;
    for (int count : counts) {
      shards.add(
          new InMemory("s/s-" + shards.size() + ".tar", TestArchives.tar(samples(first, count))));
      first += count;
    }
    return shards;
  }

  private static StreamOptions options(int readers, int window, boolean skipBad) {
    return new StreamOptions(
        readers,
        window,
        new ReadOptions.Sizes(new Sizing.AsStored(), CropMargin.NONE),
        DecodeOptions.defaults(),
        skipBad,
        Optional.empty());
  }

  private StreamedImages open(List<? extends ShardFile> shards, StreamOptions options) {
    return new StreamedSource(
            "s", List.copyOf(shards), options, Optional.empty(), temp.resolve("cache"))
        .open(List.of(), ReadOptions.Observers.NONE)
        .of(Split.ALL);
  }

  /** The number of an image by its last pixel; the first one is white. */
  private static int number(Batch batch, int i) {
    int at = i * BYTES + BYTES - 3;
    return (batch.values().get(at) & 0xFF) * 256 + (batch.values().get(at + 1) & 0xFF);
  }

  private static List<List<Integer>> batches(
      ImageDataset images, int batchSize, Part part, long begin, long end) {
    Sampler sampler = Sampler.of(Sampling.SHUFFLED, images, batchSize, 5);
    List<List<Integer>> batches = new ArrayList<>();
    try (BatchLoader loader =
        BatchLoader.batches(images, Augmentation.none(), sampler, part, begin, end)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          batches.add(IntStream.range(0, batch.size()).mapToObj(i -> checked(batch, i)).toList());
        }
      }
    }
    return batches;
  }

  private static int checked(Batch batch, int i) {
    int number = number(batch, i);
    assertThat(batch.index(i)).isEqualTo(number);
    assertThat(batch.label(i)).isEqualTo(number % 3);
    return number;
  }

  private static List<Integer> flat(List<List<Integer>> batches) {
    return batches.stream().flatMap(List::stream).toList();
  }

  @Test
  void anEpochHasEveryImageOnceInAnOrderOfItsOwn() throws IOException {
    List<InMemory> shards = shards(COUNTS);
    StreamedImages images = open(shards, options(3, 24, false));
    assertThat(images.size()).isEqualTo(ALL);
    assertThat(images.classCounts()).containsExactly(43, 43, 42);
    assertThat(images.classes()).containsExactly("0", "1", "2");
    Set<List<Integer>> orders = new HashSet<>();
    for (long epoch = 0; epoch < 3; epoch++) {
      List<List<Integer>> batches = batches(images, 16, Part.WHOLE, 8 * epoch, 8 * epoch + 8);
      assertThat(flat(batches)).hasSize(ALL).doesNotHaveDuplicates();
      orders.add(flat(batches));
    }
    assertThat(orders).hasSize(3);
  }

  @Test
  void anyStepIsResumedWithTheSameImages() throws IOException {
    StreamedImages images = open(shards(COUNTS), options(4, 20, false));
    int perEpoch = Sampler.of(Sampling.SHUFFLED, images, 10, 5).batchesPerEpoch();
    assertThat(perEpoch).isEqualTo(13);
    List<List<Integer>> whole = batches(images, 10, Part.WHOLE, 0, 2L * perEpoch);
    for (int from = 0; from < 2 * perEpoch; from++) {
      assertThat(batches(images, 10, Part.WHOLE, from, 2L * perEpoch))
          .as("from step %d", from)
          .isEqualTo(whole.subList(from, 2 * perEpoch));
    }
  }

  @Test
  void ranksHaveTheImagesOfOneRankInTheirParts() throws IOException {
    List<InMemory> shards = shards(200, 100, 150, 120, 180, 60, 90, 100);
    for (int readers : new int[] {1, 3, 4, 8}) {
      StreamedImages images = open(shards, options(readers, 8 * readers, false));
      List<List<Integer>> whole = batches(images, 64, Part.WHOLE, 3, 16);
      for (int ranks = 2; ranks <= 4; ranks++) {
        List<List<Integer>> joined = new ArrayList<>();
        whole.forEach(batch -> joined.add(new ArrayList<>()));
        for (int rank = 0; rank < ranks; rank++) {
          List<List<Integer>> part = batches(images, 64, new Part(rank, ranks), 3, 16);
          for (int i = 0; i < part.size(); i++) {
            joined.get(i).addAll(part.get(i));
          }
        }
        assertThat(joined).as("%d ranks, %d readers", ranks, readers).isEqualTo(whole);
      }
    }
  }

  /** Mixing needs images of other parts, which may lie in an earlier window. */
  @Test
  void ranksMixTheImagesThatOneRankMixes() throws IOException {
    StreamedImages images = open(shards(200, 100, 150, 120), options(4, 12, false));
    Augmentation mixing = Augmentation.none().withMixing(new Mixing(1, 0));
    Sampler sampler = Sampler.of(Sampling.SHUFFLED, images, 64, 5);
    List<byte[]> whole = values(images, mixing, sampler, Part.WHOLE);
    List<byte[]> first = values(images, mixing, sampler, new Part(0, 2));
    List<byte[]> second = values(images, mixing, sampler, new Part(1, 2));
    for (int i = 0; i < whole.size(); i++) {
      byte[] joined = Arrays.copyOf(first.get(i), first.get(i).length + second.get(i).length);
      System.arraycopy(second.get(i), 0, joined, first.get(i).length, second.get(i).length);
      assertThat(joined).isEqualTo(whole.get(i));
    }
  }

  private static List<byte[]> values(
      ImageDataset images, Augmentation augmentation, Sampler sampler, Part part) {
    List<byte[]> all = new ArrayList<>();
    try (BatchLoader loader = BatchLoader.batches(images, augmentation, sampler, part, 0, 8)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          byte[] values = new byte[batch.size() * batch.layout().bytes()];
          batch.values().get(values);
          all.add(values);
        }
      }
    }
    return all;
  }

  /** 2 ranks of 8 readers: each reads half of the bytes, and what the readers' ends share. */
  @Test
  void aRankReadsItsShardsAlone() throws IOException {
    List<InMemory> shards = shards(IntStream.range(0, 40).map(i -> 32).toArray());
    StreamedImages images = open(shards, options(8, 64, false));
    long all = shards.stream().mapToLong(InMemory::length).sum();
    long wholeBefore = read(shards);
    batches(images, 64, Part.WHOLE, 0, 20);
    long whole = read(shards) - wholeBefore;
    assertThat(whole).isBetween(all, all * 5 / 4);
    for (int rank = 0; rank < 2; rank++) {
      shards.forEach(shard -> shard.opened.set(0));
      long before = read(shards);
      batches(images, 64, new Part(rank, 2), 0, 20);
      assertThat(read(shards) - before).isLessThan(all * 13 / 20);
      assertThat(shards.stream().filter(shard -> shard.opened.get() > 0).count()).isEqualTo(20);
    }
  }

  /** Whatever the numbers of ranks and of readers; 1,728 images are whole batches for all. */
  @Test
  void aRankEvaluatesItsShardsAlone() throws IOException {
    List<InMemory> shards = shards(IntStream.range(0, 36).map(i -> 48).toArray());
    for (int readers : new int[] {1, 6, 8}) {
      StreamedImages images = open(shards, options(readers, 64, false));
      for (int ranks : new int[] {2, 3, 4, 9}) {
        List<Integer> seen = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
          shards.forEach(shard -> shard.opened.set(0));
          seen.addAll(evaluated(images, 16 * ranks, new Part(rank, ranks)));
          assertThat(shards.stream().filter(shard -> shard.opened.get() > 0).count())
              .as("%d readers, rank %d of %d", readers, rank, ranks)
              .isBetween(36L / ranks, 36L / ranks + 1);
        }
        assertThat(seen)
            .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 36 * 48).boxed().toList());
      }
    }
  }

  private static List<Integer> evaluated(StreamedImages images, int batchSize, Part part) {
    List<Integer> seen = new ArrayList<>();
    try (BatchLoader loader = BatchLoader.evaluation(images, batchSize, part)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          IntStream.range(0, batch.size()).forEach(i -> seen.add(checked(batch, i)));
        }
      }
    }
    return seen;
  }

  /** A position in the middle of an epoch costs a window and a part of a shard for each reader. */
  @Test
  void resumingDoesNotReadTheEpochAgain() throws IOException {
    int[] counts = IntStream.range(0, 40).map(i -> 32).toArray();
    List<InMemory> shards = shards(counts);
    StreamedImages images = open(shards, options(4, 64, false));
    long all = shards.stream().mapToLong(InMemory::length).sum();
    long before = read(shards);
    batches(images, 64, Part.WHOLE, 18, 19);
    assertThat(read(shards) - before).isLessThan(all / 3);
  }

  private static long read(List<InMemory> shards) {
    return shards.stream().mapToLong(shard -> shard.read.get()).sum();
  }

  @Test
  void nothingIsListedAndNoMoreThanAWindowIsHeld() throws IOException {
    StreamedImages images = open(shards(100, 300, 200, 250), options(4, 40, false));
    StreamOrder order = images.order(5, 0);
    int[] indices = order.indices(50);
    try (StreamCursor cursor = images.cursor()) {
      cursor.begin(order);
      for (int at = 0; at < indices.length; at += 50) {
        cursor.fetch(Arrays.copyOfRange(indices, at, Math.min(indices.length, at + 50)));
      }
      assertThat(cursor.mostHeld()).isEqualTo(10);
    }
  }

  @Test
  void anEvaluationSeesEachImageOnce() throws IOException {
    for (int readers : new int[] {1, 3, 8}) {
      StreamedImages images = open(shards(COUNTS), options(readers, 24, false));
      List<Integer> seen = evaluated(images, 50, Part.WHOLE);
      assertThat(seen)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, ALL).boxed().toList());
      List<Integer> ofRanks = new ArrayList<>();
      for (int rank = 0; rank < 3; rank++) {
        ofRanks.addAll(evaluated(images, 50, new Part(rank, 3)));
      }
      assertThat(ofRanks).containsExactlyInAnyOrderElementsOf(seen);
    }
  }

  @Test
  void anImageIsFoundByItsIndex() throws IOException {
    StreamedImages images = open(shards(COUNTS), options(3, 24, false));
    for (int index : new int[] {100, 3, 39, 40, 39, 127, 0}) {
      assertThat(images.label(index)).isEqualTo(index % 3);
      assertThat(images.pixels(index).get(BYTES - 2) & 0xFF).isEqualTo(index);
    }
    assertThat(images.origin(40)).isEqualTo("s-3.tar/000040.png");
    ImageDataset some = images.select(new int[] {60, 2, 127});
    assertThat(some.label(0)).isEqualTo(0);
    assertThat(some.pixels(2).get(BYTES - 2) & 0xFF).isEqualTo(127);
    assertThat(images.forStatistics().size()).isEqualTo(ALL);
  }

  private static InMemory changed(InMemory shard, Map<String, byte[]> files) throws IOException {
    return new InMemory(shard.name, TestArchives.tar(files));
  }

  @Test
  void anImageThatCannotBeUsedIsNamedOrReplacedByTheNext() throws IOException {
    List<InMemory> shards = shards(20, 20, 20);
    Map<String, byte[]> files = samples(20, 20);
    files.put("000031.png", "no image".getBytes(UTF_8));
    files.put("000039.png", Arrays.copyOf(TestImages.png(SIDE, SIDE, 7), 40));
    shards.set(1, changed(shards.get(1), files));
    StreamedImages strict =
        new StreamedImages(
            counted(shards, options(2, 8, false)),
            options(2, 8, false),
            new ImageShape(3, SIDE, SIDE),
            Optional.empty());
    assertThatThrownBy(() -> batches(strict, 8, Part.WHOLE, 0, 8))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("s/s-1.tar/0000", ".png", "skip_bad");
    StreamedImages lenient = open(shards, options(2, 8, true));
    List<Integer> seen = new ArrayList<>();
    Sampler sampler = Sampler.of(Sampling.SHUFFLED, lenient, 8, 5);
    try (BatchLoader loader = BatchLoader.epoch(lenient, Augmentation.none(), sampler, 0)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          for (int i = 0; i < batch.size(); i++) {
            int number = number(batch, i);
            assertThat(batch.label(i)).isEqualTo(number % 3);
            int index = batch.index(i);
            assertThat(number).isEqualTo(index == 31 ? 32 : index == 39 ? 20 : index);
            seen.add(index);
          }
        }
      }
    }
    assertThat(seen).hasSize(60).doesNotHaveDuplicates();
    assertThat(lenient.replaced())
        .extracting(each -> each.origin())
        .containsExactly("s-1.tar/000031.png", "s-1.tar/000039.png");
  }

  private Shards counted(List<? extends ShardFile> shards, StreamOptions options) {
    return new ShardCounts(
            List.copyOf(shards),
            options,
            Optional.empty(),
            temp.resolve("other-cache"),
            ReadingListener.NONE)
        .read(Optional.empty());
  }

  @Test
  void aDamagedShardIsNamedWithThePlace() throws IOException {
    List<InMemory> shards = shards(20, 20, 20);
    StreamedImages images = open(shards, options(2, 8, true));
    InMemory whole = shards.get(1);
    System.arraycopy(new byte[2048], 0, whole.bytes, whole.bytes.length / 2, 2048);
    Arrays.fill(whole.bytes, whole.bytes.length / 2, whole.bytes.length / 2 + 2048, (byte) 0x55);
    assertThatThrownBy(() -> batches(images, 8, Part.WHOLE, 0, 8))
        .isInstanceOf(BadDataException.class)
        .hasMessageMatching(
            "s/s-1\\.tar is damaged or cut short after sample \\d+, at byte \\d+: .*");
  }

  @Test
  void aShardThatWasCutIsRefusedWhenItIsCounted() throws IOException {
    List<InMemory> shards = shards(20, 20);
    byte[] whole = shards.get(1).bytes;
    for (int length : new int[] {0, 512, 1536, 1024 * 20, 1700}) {
      shards.set(1, new InMemory("s/s-1.tar", Arrays.copyOf(whole, length)));
      assertThatThrownBy(() -> open(shards, options(2, 8, true)))
          .as("%d bytes", length)
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("s/s-1.tar");
    }
  }

  @Test
  void aMissingLabelNamesShardAndKey() throws IOException {
    List<InMemory> shards = shards(20, 20);
    Map<String, byte[]> files = samples(20, 20);
    files.remove("000025.cls");
    shards.set(1, changed(shards.get(1), files));
    assertThatThrownBy(() -> open(shards, options(2, 8, true)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("s/s-1.tar/000025", "no label", "000025.cls");
    files = samples(20, 20);
    files.remove("000025.png");
    shards.set(1, changed(shards.get(1), files));
    assertThatThrownBy(() -> open(shards, options(2, 8, true)))
        .hasMessageContainingAll("s/s-1.tar/000025", "one image but has none");
    files = samples(20, 1);
    files.put("000020.jpg", TestImages.png(SIDE, SIDE, 1));
    shards.set(1, changed(shards.get(1), files));
    assertThatThrownBy(() -> open(shards, options(2, 8, true)))
        .hasMessageContainingAll("one image but has 000020.");
  }

  @Test
  void countsAreKeptUntilAShardChanges() throws IOException {
    List<InMemory> shards = shards(20, 20, 20);
    open(shards, options(2, 8, false));
    long before = read(shards);
    assertThat(open(shards, options(2, 8, false)).size()).isEqualTo(60);
    long again = read(shards) - before;
    shards.set(2, changed(shards.get(2), samples(40, 11)));
    assertThat(open(shards, options(2, 8, false)).size()).isEqualTo(51);
    long all = shards.stream().mapToLong(InMemory::length).sum();
    // The sizes of images are read again, and the first header.
    assertThat(again).isLessThan(2 * all);
  }

  /** Python writes a header of POSIX for each file, as the tools around WebDataset do. */
  @Test
  void shardsOfPythonAreRead() throws IOException {
    Optional<Python> python = Python.with("tarfile");
    assumeTrue(python.isPresent(), "no Python");
    Path folder = Files.createDirectories(temp.resolve("python"));
    List<InMemory> ours = shards(20, 30);
    for (InMemory shard : ours) {
      Path tar = folder.resolve(shard.fileName());
      Files.write(tar, shard.bytes);
      python
          .get()
          .run(
              "import sys, tarfile, io, time\n"
                  + "old = tarfile.open(sys.argv[1])\n"
                  + "new = tarfile.open(sys.argv[1] + '.new', 'w')\n"
                  + "for m in old:\n"
                  + "  i = tarfile.TarInfo('./grün/' + m.name); i.size = m.size\n"
                  + "  i.mtime = time.time() + 0.25\n"
                  + "  new.addfile(i, old.extractfile(m))\n"
                  + "new.close()\n",
              tar);
      Files.move(Path.of(tar + ".new"), tar, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(folder.resolve("classes.txt"), "1\n2\n3\n"); // 0 is then no number of a class
    DataOptions options =
        DataOptions.defaults()
            .withStream(true)
            .withStreamReaders(2)
            .withStreamWindow(16)
            .withValidationShare(0.5)
            .withCacheFolder(temp.resolve("cache"));
    assertThatThrownBy(() -> Datasets.open(folder + "/s-{0..1}.tar", options))
        .isInstanceOf(BadDataException.class)
        .hasMessageEndingWith("must hold one of the 3 classes but has 0");
    Files.writeString(folder.resolve("classes.txt"), "zero\none\ntwo\n");
    ImageDataset train = Datasets.open(folder + "/s-{0..1}.tar", options).train();
    assertThat(train.classes()).containsExactly("zero", "one", "two");
    assertThat(train.knowsClassCounts()).isTrue();
    assertThat(train.origin(1)).matches("s-[01].tar/grün/0000[02]1.png");
    assertThat(flat(batches(train, 8, Part.WHOLE, 0, 2))).hasSize(16).doesNotHaveDuplicates();
    Files.writeString(folder.resolve("sizes.json"), "{\"s-0.tar\": 20, \"s-1.tar\": 30}");
    ImageDataset told = Datasets.open(folder + "/s-{0..1}.tar", options).train();
    assertThat(told.size()).isEqualTo(train.size());
    assertThat(told.knowsClassCounts()).isFalse();
    Files.writeString(folder.resolve("sizes.json"), "{\"s-0.tar\": 21, \"s-1.tar\": 31}");
    assertThatThrownBy(() -> Datasets.open(folder + "/s-{0..1}.tar", options))
        .isInstanceOf(BadDataException.class)
        .hasMessageMatching(".*s-[01].tar must have the [23]1 samples that sizes.json gives.*");
    Files.writeString(folder.resolve("sizes.json"), "{\"s-0.tar\": 19, \"s-1.tar\": 29}");
    ImageDataset more = Datasets.open(folder + "/s-{0..1}.tar", options).train();
    assertThatThrownBy(() -> batches(more, more.size(), Part.WHOLE, 0, 1))
        .isInstanceOf(BadDataException.class)
        .hasMessageMatching(".* samples that sizes.json gives but has more");
    Files.writeString(folder.resolve("sizes.json"), "{\"s-0.tar\": 20}");
    assertThatThrownBy(() -> Datasets.open(folder + "/s-{0..1}.tar", options))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("sizes.json", "s-1.tar", "remove the file");
  }

  /** The number is of a line of the file, in whatever order a model has the classes. */
  @Test
  void numbersOfClassesAreOfTheFileAndNotOfTheModel() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("numbers"));
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      files.put(key(i) + ".png", TestImages.png(SIDE, SIDE, colour(i)));
      files.put(key(i) + ".cls", (i % 2 == 0 ? "0" : "cat").getBytes(UTF_8));
    }
    Files.write(folder.resolve("test-0.tar"), TestArchives.tar(files));
    Files.writeString(folder.resolve("classes.txt"), "dog\ncat\n");
    DataOptions options =
        DataOptions.defaults().withStream(true).withCacheFolder(temp.resolve("cache"));
    ImageDataset images =
        Datasets.openEvaluation(
                folder.toString(), new ImageShape(3, SIDE, SIDE), List.of("cat", "dog"), options)
            .images();
    assertThat(images.classes()).containsExactly("cat", "dog");
    int dogs = 0;
    for (int i = 0; i < images.size(); i++) {
      dogs += images.label(i);
    }
    assertThat(dogs).isEqualTo(3);
    assertThat(images.label(0)).isEqualTo(1);
  }

  /** A shard that hangs after some bytes. */
  @Test
  void aShardThatCannotBeReadIsNamedInTime() throws IOException {
    List<InMemory> shards = shards(20, 20);
    CountDownLatch never = new CountDownLatch(1);
    ShardFile hanging =
        new ShardFile() {
          @Override
          public String name() {
            return "s/hangs.tar";
          }

          @Override
          public long length() {
            return 1;
          }

          @Override
          public String state() {
            return "";
          }

          @Override
          public InputStream open() throws IOException {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return InputStream.nullInputStream();
          }
        };
    Shards counted =
        new Shards(
            List.of(shards.get(0), hanging),
            new int[] {20, 20},
            List.of("0", "1", "2"),
            List.of(),
            "cls",
            Optional.empty(),
            "were counted",
            Optional.empty());
    StreamedImages images =
        new StreamedImages(
            counted, options(2, 8, true), new ImageShape(3, SIDE, SIDE), Optional.empty(), 1);
    assertThatThrownBy(() -> batches(images, 8, Part.WHOLE, 0, 5))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("s/hangs.tar", "could not be read for 1 s");
  }

  @Test
  void orderOfOtherKindsIsRefused() throws IOException {
    StreamedImages images = open(shards(20, 20), options(2, 8, true));
    assertThatThrownBy(() -> Sampler.of(Sampling.BALANCED, images, 8, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContainingAll("sampling", "stream");
    assertThatThrownBy(
            () ->
                BatchLoader.endless(images, Augmentation.none(), Sampler.shuffled(40, 8, 0))
                    .close())
        .isInstanceOf(InvalidValueException.class);
  }
}
