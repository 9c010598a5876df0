package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tar shards in WebDataset's convention. */
@Timeout(60)
class ShardTest {
  /** The last pixel of an image; the first one is white. */
  private static final int LAST = 3 * (4 * 4 - 1);

  @TempDir Path temp;

  @Test
  void aFolderOfShardsHasTheSetsThatTheirNamesSay() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("photos"));
    for (int shard = 0; shard < 3; shard++) {
      shard(folder.resolve("pets-train-000" + shard + ".tar"), samples(shard, "cls"));
    }
    shard(folder.resolve("pets-val-0000.tar"), samples(7, "cls"));
    DataSplits data = open(folder.toString());
    assertThat(data.train().size()).isEqualTo(12);
    assertThat(data.evaluationName()).isEqualTo("val");
    assertThat(data.evaluation().size()).isEqualTo(4);
    assertThat(data.train().classes()).containsExactly("0", "1");
    requirePixels(data.train());
    requirePixels(data.evaluation());
    assertThat(data.train().origin(0)).isEqualTo("pets-train/pets-train-0000.tar/s0-0.png");
  }

  @Test
  void aPatternNamesItsShards() throws IOException {
    for (int shard = 8; shard < 12; shard++) {
      shard(temp.resolve(String.format("p%03d.tar", shard)), samples(shard, "txt"));
    }
    DataSplits data = open(temp.resolve("p{008..010}.tar").toString());
    assertThat(data.train().size() + data.evaluation().size()).isEqualTo(12);
    assertThat(data.train().classes()).containsExactly("a 0", "a 1");
    requirePixels(data.train());
    assertThatThrownBy(() -> open(temp.resolve("p{010..013}.tar").toString()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("2 of 4 shards of")
        .hasMessageContaining("p012.tar");
  }

  @Test
  void oneShardAloneIsToldByItsFiles() throws IOException {
    shard(temp.resolve("all.tar"), samples(1, "json"));
    DataSplits data = open(temp.resolve("all.tar").toString());
    assertThat(data.train().size() + data.evaluation().size()).isEqualTo(4);
    assertThat(data.train().classes()).containsExactly("cat", "dog");
    requirePixels(data.train());
  }

  @Test
  void faultsAreNamed() throws IOException {
    Map<String, byte[]> files = samples(1, "cls");
    files.remove("s1-2.cls");
    shard(temp.resolve("lacks.tar"), files);
    requireRefused("lacks.tar", "1 of 4 images in", "have no label by their .cls files", "s1-2");
    files = samples(1, "cls");
    files.put("s1-0.jpg", TestImages.png(4, 4, 1));
    shard(temp.resolve("two.tar"), files);
    requireRefused("two.tar", "must have one image for each key", "s1-0.png", "s1-0.jpg");
    files = samples(1, "txt");
    files.put("s1-1.txt", "a dog on a beach\nand a ball".getBytes(StandardCharsets.UTF_8));
    shard(temp.resolve("caption.tar"), files);
    requireRefused("caption.tar", "s1-1.txt", "name or the number of a class", "a dog on a beach");
    files = samples(1, "json");
    files.put("s1-1.json", "{\"caption\": 3}".getBytes(StandardCharsets.UTF_8));
    shard(temp.resolve("member.tar"), files);
    requireRefused("member.tar", "s1-1.json", "label, class or cls", "{\"caption\": 3}");
    Path folder = Files.createDirectories(temp.resolve("none"));
    files = samples(1, "cls");
    files.keySet().removeIf(name -> name.endsWith(".cls"));
    shard(folder.resolve("n0.tar"), files);
    requireRefused("none", "has no classes beside its images", "key.cls");
  }

  /** Ä and Ö in Windows-1252 would be one letter in UTF-8: one class. */
  @Test
  void classesThatAreNotUtf8AreRefused() throws IOException {
    Map<String, byte[]> files = samples(1, "cls");
    files.put("s1-1.cls", new byte[] {'B', (byte) 0xE4, 'r'});
    shard(temp.resolve("latin.tar"), files);
    requireRefused("latin.tar", "s1-1.cls", "letters that are not UTF-8");
    files = samples(1, "cls");
    files.put("s1-1.txt", new byte[] {(byte) 0xE4});
    shard(temp.resolve("unused.tar"), files);
    assertThat(open(temp.resolve("unused.tar").toString()).train().classes()).hasSize(2);
  }

  @Test
  void imagesBesideShardsAreNotLeftOut() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("photos"));
    shard(folder.resolve("backup.tar"), samples(1, "cls"));
    Files.writeString(folder.resolve("README"), "what this is");
    assertThat(open(folder.toString()).train().classes()).hasSize(2);
    Files.write(folder.resolve("1.JPG"), TestImages.png(4, 4, 1));
    requireRefused("photos", "but has both, such as 1.JPG and backup.tar; put them in");
  }

  @Test
  void aDotMayStandBeforeTheWordOfASet() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("dotted"));
    shard(folder.resolve("pets.train-0000.tar"), samples(1, "cls"));
    shard(folder.resolve("pets.train-0001.tar"), samples(2, "cls"));
    shard(folder.resolve("pets.test.0000.tar"), samples(3, "cls"));
    for (boolean stream : new boolean[] {false, true}) {
      DataSplits data =
          Datasets.open(
              folder.toString(),
              DataOptions.defaults()
                  .withStream(stream)
                  .withValidationShare(0.5)
                  .withCacheFolder(temp.resolve("cache")));
      assertThat(data.train().size() + data.evaluation().size()).isEqualTo(8);
    }
  }

  private void requireRefused(String location, String... parts) {
    assertThatThrownBy(() -> open(temp.resolve(location).toString()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(parts);
  }

  /** Four samples; the colour of an image says which. */
  private static Map<String, byte[]> samples(int shard, String ending) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 4; i++) {
      String key = "s" + shard + "-" + i;
      files.put(key + ".png", TestImages.png(4, 4, colour(shard, i)));
      String label =
          switch (ending) {
            case "cls" -> i % 2 + "\n";
            case "txt" -> "a " + i % 2;
            default -> "{\"label\": \"" + (i % 2 == 0 ? "cat" : "dog") + "\"}";
          };
      files.put(key + "." + ending, label.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private static int colour(int shard, int sample) {
    return shard << 16 | sample << 8 | 5;
  }

  private static void requirePixels(ImageDataset images) {
    TreeSet<String> origins = new TreeSet<>();
    for (int i = 0; i < images.size(); i++) {
      String origin = images.origin(i);
      String key = origin.substring(origin.lastIndexOf('/') + 2, origin.lastIndexOf('.'));
      String[] numbers = key.split("-", -1);
      assertThat(images.pixels(i).get(LAST))
          .as(origin)
          .isEqualTo((byte) Integer.parseInt(numbers[0]));
      assertThat(images.pixels(i).get(LAST + 1))
          .as(origin)
          .isEqualTo((byte) Integer.parseInt(numbers[1]));
      assertThat(images.label(i)).as(origin).isEqualTo(Integer.parseInt(numbers[1]) % 2);
      origins.add(origin);
    }
    assertThat(origins).hasSize(images.size());
  }

  private DataSplits open(String location) {
    return Datasets.open(location, DataOptions.defaults().withCacheFolder(temp.resolve("cache")));
  }

  private static void shard(Path file, Map<String, byte[]> files) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> one : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(one.getKey());
        entry.setSize(one.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(one.getValue());
        tar.closeArchiveEntry();
      }
    }
  }
}
