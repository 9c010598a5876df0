package dev.onecycle.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.Property;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hostile and damaged archives: they are read safely or refused, and never unpacked. */
@Timeout(240)
@Tag("long")
class ArchiveTest {
  @TempDir Path temp;
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  @BeforeEach
  void makeFiles() {
    for (String set : List.of("train", "test")) {
      for (int i = 0; i < 3; i++) {
        files.put(set + "/cat/" + i + ".png", TestImages.png(4, 3, i));
        files.put(set + "/dog/" + i + ".png", TestImages.png(4, 3, 0x100 + i));
      }
    }
  }

  @Test
  void namesThatLeadElsewhereAreOnlyNames() throws IOException {
    String long255 = "n".repeat(240) + ".png";
    Map<String, byte[]> hostile = new LinkedHashMap<>(files);
    for (String name :
        List.of(
            "../../escaped.png", "train/cat/../../../escaped.png", "train\\..\\..\\escaped.png")) {
      hostile.put(name, TestImages.png(4, 3, 9));
    }
    hostile.put("/train/cat/absolute.png", TestImages.png(4, 3, 9));
    hostile.put("train\\cat\\backslash.png", TestImages.png(4, 3, 9));
    hostile.put("train/cat/" + long255, TestImages.png(4, 3, 9));
    hostile.put("train/cat/ünïcode 名.png", TestImages.png(4, 3, 9));
    Path tar = write("hostile.tar", TestArchives.tar(hostile));
    Path zip = write("hostile.zip", TestArchives.zip(hostile));
    List<Path> before = everything();
    for (Path archive : List.of(tar, zip)) {
      DataSplits splits = open(archive);
      assertThat(splits.train().size()).isEqualTo(10);
      assertThat(splits.train().origin(6)).isEqualTo("train/cat/ünïcode 名.png");
      assertThat(splits.train().origin(3)).isEqualTo("train/cat/absolute.png");
      assertThat(splits.train().origin(4)).isEqualTo("train/cat/backslash.png");
    }
    assertThat(everything()).containsExactlyElementsOf(before);
    assertThat(Files.exists(temp.resolveSibling("escaped.png"))).isFalse();
  }

  @Test
  void linksAndDevicesAreBadImages() throws IOException {
    for (byte type :
        new byte[] {
          TarConstants.LF_SYMLINK,
          TarConstants.LF_LINK,
          TarConstants.LF_CHR,
          TarConstants.LF_BLK,
          TarConstants.LF_FIFO
        }) {
      byte[] tar = TestArchives.tarWith(files, "train/cat/special.png", type, "/etc/passwd");
      Path archive = write("special" + type + ".tar", tar);
      assertThatThrownBy(() -> open(archive))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("train/cat/special.png is ");
      assertThat(Datasets.open(archive.toString(), options().withSkipBad(true)).train().size())
          .isEqualTo(6);
    }
  }

  /** The second name of an entry, a link to that link, and one that leads nowhere. */
  @Test
  void hardLinksAreFurtherNamesOfEntries() throws IOException {
    Map<String, String> links = new LinkedHashMap<>();
    links.put("train/dog/again.png", "train/dog/1.png");
    links.put("train/dog/and again.png", "train/dog/again.png");
    links.put("test/dog/too.png", "./train/dog/1.png");
    byte[] tar = TestArchives.tarWithLinks(files, links);
    for (Path archive : List.of(write("l.tar", tar), write("l.tgz", TestArchives.gzip(tar)))) {
      DataSplits splits = open(archive);
      assertThat(splits.train().size()).isEqualTo(8);
      assertThat(splits.evaluation().size()).isEqualTo(7);
      List<String> origins = new java.util.ArrayList<>();
      for (int i = 0; i < 8; i++) {
        origins.add(splits.train().origin(i));
      }
      int original = origins.indexOf("train/dog/1.png");
      for (String name : List.of("train/dog/again.png", "train/dog/and again.png")) {
        assertThat(splits.train().hash(origins.indexOf(name)))
            .isEqualTo(splits.train().hash(original));
      }
    }
    byte[] nowhere = TestArchives.tarWithLinks(files, Map.of("train/dog/x.png", "train/none.png"));
    assertThatThrownBy(() -> open(write("n.tar", nowhere)))
        .hasMessageContaining(
            "train/dog/x.png is a link to train/none.png, which is not in the archive");
    byte[] loop = TestArchives.tarWithLinks(files, Map.of("train/dog/x.png", "train/dog/x.png"));
    assertThatThrownBy(() -> open(write("loop.tar", loop)))
        .hasMessageContaining("train/dog/x.png is a link to train/dog/x.png, which is not in");
  }

  @Test
  void tarsAreReadInEveryCompression() throws IOException {
    byte[] tar = TestArchives.tar(files);
    DataSplits plain = open(write("plain.tar", tar));
    for (String name : List.of("xz", "bz2", "zst")) {
      byte[] bytes = TestArchives.compressed(tar, name);
      assertThat(open(write("a.tar." + name, bytes)).fingerprint()).isEqualTo(plain.fingerprint());
      for (int percent = 10; percent < 100; percent += 20) {
        assertDamaged("cut.tar." + name, Arrays.copyOf(bytes, bytes.length * percent / 100));
      }
      byte[] zeros = TestArchives.compressed(TestArchives.tar(bomb()), name);
      Path archive = write("bomb.tar." + name, zeros);
      assertThat(zeros.length).isLessThan(1 << 20);
      assertThatThrownBy(() -> open(archive))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("expands to more than 200 times its size");
    }
  }

  private Map<String, byte[]> bomb() {
    Map<String, byte[]> bomb = new LinkedHashMap<>(files);
    byte[] zeros = new byte[20 << 20];
    for (int i = 0; i < 18; i++) {
      bomb.put("train/cat/bomb" + i + ".bmp", zeros);
    }
    return bomb;
  }

  @Test
  void aLinkInPlaceOfAFolderLeadsNowhere() throws IOException {
    byte[] tar = TestArchives.tarWith(files, "train/cat", TarConstants.LF_SYMLINK, temp.toString());
    assertThat(open(write("link.tar", tar)).train().size()).isEqualTo(6);
    assertThat(everything()).hasSize(1);
  }

  @Test
  void cutShortIsNoticedWhereverTheCutIs() throws IOException {
    byte[] tar = TestArchives.tar(files);
    byte[] gz = TestArchives.gzip(tar);
    byte[] zip = TestArchives.zip(files);
    for (int percent = 0; percent < 90; percent += 5) {
      assertDamaged("cut.tar", Arrays.copyOf(tar, tar.length * percent / 100 / 512 * 512));
      assertDamaged("odd.tar", Arrays.copyOf(tar, tar.length * percent / 100 + 7));
      assertDamaged("cut.tar.gz", Arrays.copyOf(gz, gz.length * percent / 100));
      assertDamaged("cut.zip", Arrays.copyOf(zip, zip.length * percent / 100));
    }
    assertDamaged("tail.tar.gz", Arrays.copyOf(gz, gz.length - 1));
    for (int padding : new int[] {0, 200_000}) {
      byte[] crc = TestArchives.gzip(Arrays.copyOf(tar, tar.length + padding));
      crc[crc.length - 6] ^= 1;
      assertDamaged("crc.tar.gz", crc);
    }
  }

  @Test
  void damageHereAndThereIsAnErrorOrHarmless() {
    Property.holds(
        150,
        random -> {
          try {
            for (String kind : List.of("tar", "tar.gz", "zip")) {
              byte[] bytes =
                  switch (kind) {
                    case "tar" -> TestArchives.tar(files);
                    case "zip" -> TestArchives.zip(files);
                    default -> TestArchives.gzip(TestArchives.tar(files));
                  };
              for (int i = 0; i < 6; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
              }
              try {
                open(write("damaged." + kind, bytes));
              } catch (BadDataException e) {
                assertThat(e.getMessage()).isNotNull();
              }
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void aZipWhoseChecksumDoesNotMatchIsABadImage() throws IOException {
    Map<String, byte[]> stored = new LinkedHashMap<>(files);
    byte[] bmp = TestImages.encode(TestImages.plain(4, 3, 0x123456), "bmp");
    stored.put("train/cat/0.png", bmp);
    byte[] zip = TestArchives.zip(stored);
    // The checksum in the central directory, 16 bytes after the entry's signature.
    int directory = indexOf(zip, new byte[] {'P', 'K', 1, 2});
    zip[directory + 16] ^= 1;
    assertThatThrownBy(() -> open(write("crc.zip", zip)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("train/cat/0.png is damaged: its checksum does not match");
  }

  @Test
  void bombsAreNotSetOff() throws IOException {
    Map<String, byte[]> bomb = new LinkedHashMap<>(files);
    byte[] zeros = new byte[20 << 20];
    for (int i = 0; i < 18; i++) {
      bomb.put("train/cat/bomb" + i + ".bmp", zeros);
    }
    Path gz = temp.resolve("bomb.tar.gz");
    TestArchives.tar(bomb, new GZIPOutputStream(Files.newOutputStream(gz)));
    Path zip = write("bomb.zip", TestArchives.zip(bomb));
    for (Path archive : List.of(gz, zip)) {
      assertThat(Files.size(archive)).isLessThan(1 << 20);
      assertThatThrownBy(() -> open(archive))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("expands to more than 200 times its size");
    }
  }

  /** Names and descriptions are held in memory, so their length is bounded. */
  @Test
  void longHeadersAreRefused() throws IOException {
    for (byte type :
        new byte[] {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_PAX_EXTENDED_HEADER_LC}) {
      byte[] text = new byte[2 << 20];
      Arrays.fill(text, (byte) 'n');
      byte[] begin = "2097152 comment=".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(begin, 0, text, 0, begin.length);
      byte[] special = TestArchives.tarWith(Map.of(), "long", type, "");
      ByteArrayOutputStream tar = new ByteArrayOutputStream();
      tar.writeBytes(withSize(Arrays.copyOf(special, 512), text.length));
      tar.writeBytes(text);
      tar.writeBytes(TestArchives.tar(files));
      assertThatThrownBy(() -> open(write("long.tar", tar.toByteArray())))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("long.tar has an entry with a name or description of more than");
    }
  }

  private static byte[] withSize(byte[] header, int size) {
    byte[] octal = String.format(Locale.ROOT, "%011o", size).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, header, 124, octal.length);
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    byte[] check = String.format(Locale.ROOT, "%06o\0", sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(check, 0, header, 148, check.length);
    return header;
  }

  /** Two gigabytes of holes: passing over them took seconds, and larger ones would take hours. */
  @Test
  void holesAreCountedToo() throws IOException {
    byte[] special = TestArchives.tarWith(Map.of(), "hole", TarConstants.LF_GNUTYPE_SPARSE, "");
    byte[] header = Arrays.copyOf(special, 512);
    // The old form: pieces at 386, whether there are more at 482, the size at 483.
    byte[] size = "17777777777\0".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, header, 386, size.length);
    System.arraycopy("00000000000".getBytes(StandardCharsets.US_ASCII), 0, header, 398, 11);
    System.arraycopy(size, 0, header, 483, size.length);
    System.arraycopy("ustar  \0".getBytes(StandardCharsets.US_ASCII), 0, header, 257, 8);
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(withSize(header, 0));
    tar.writeBytes(TestArchives.tar(files));
    assertThatThrownBy(() -> open(write("hole.tar", tar.toByteArray())))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("hole.tar expands to more than 200 times its size");
  }

  /** A negative size would allow any number of holes after it. */
  @Test
  void aNegativeSizeIsDamage() throws IOException {
    byte[] pax = new byte[512];
    String said = "26 SCHILY.realsize=-900000\n26 SCHILY.filetype=sparse\n";
    System.arraycopy(said.getBytes(StandardCharsets.US_ASCII), 0, pax, 0, said.length());
    byte[] described =
        Arrays.copyOf(
            TestArchives.tarWith(Map.of(), "x", TarConstants.LF_PAX_EXTENDED_HEADER_LC, ""), 512);
    byte[] empty = TestArchives.tarWith(Map.of(), "hole", TarConstants.LF_NORMAL, "");
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(withSize(described, said.length()));
    tar.writeBytes(pax);
    tar.writeBytes(empty);
    for (String name : List.of("negative.tar", "negative.tar.gz")) {
      byte[] bytes = name.endsWith("gz") ? TestArchives.gzip(tar.toByteArray()) : tar.toByteArray();
      assertThatThrownBy(() -> open(write(name, bytes)))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining(name + " is damaged");
    }
  }

  @Test
  void aNameLongerThanAnyPathIsRefused() throws IOException {
    Map<String, byte[]> tooLong = Map.of("train/" + "x".repeat(5000) + ".png", new byte[1]);
    assertThatThrownBy(() -> open(write("long.tar", TestArchives.tar(tooLong))))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("long.tar has a name of more than 4096 characters");
  }

  @Test
  void anEntryThatIsTooLargeIsABadImage() throws IOException {
    Map<String, byte[]> large = new LinkedHashMap<>(files);
    large.put("train/cat/large.png", new byte[(64 << 20) + 1]);
    Path tar = temp.resolve("large.tar");
    TestArchives.tar(large, Files.newOutputStream(tar));
    assertThatThrownBy(() -> open(tar))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("train/cat/large.png is larger than 64 MiB");
    assertThatThrownBy(() -> open(write("large.zip", TestArchives.zip(large))))
        .hasMessageContaining("train/cat/large.png is larger than 64 MiB");
  }

  @Test
  void anEmptyArchiveSaysSo() throws IOException {
    Path tar = write("empty.tar", TestArchives.tar(Map.of()));
    assertThatThrownBy(() -> open(tar)).hasMessageContaining(tar + " has no files");
    Path zip = write("empty.zip", TestArchives.zip(Map.of()));
    assertThatThrownBy(() -> open(zip)).hasMessageContaining(zip + " has no files");
    Path nothing = write("nothing.tar", new byte[0]);
    assertThatThrownBy(() -> open(nothing)).hasMessageContaining("damaged or cut short");
  }

  private void assertDamaged(String name, byte[] bytes) throws IOException {
    Path archive = write(name, bytes);
    assertThatThrownBy(() -> open(archive))
        .as("%s of %d bytes", name, bytes.length)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(archive.toString());
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(temp.resolve(name), bytes);
  }

  private DataSplits open(Path archive) {
    return Datasets.open(archive.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolveSibling(temp.getFileName() + "-c"));
  }

  private List<Path> everything() throws IOException {
    try (Stream<Path> walk = Files.walk(temp)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static int indexOf(byte[] bytes, byte[] pattern) {
    for (int i = 0; i + pattern.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + pattern.length, pattern, 0, pattern.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
