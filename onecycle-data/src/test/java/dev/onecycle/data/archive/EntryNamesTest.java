package dev.onecycle.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that are not UTF-8 are read in their encoding, and in none are two classes one. */
@Timeout(60)
class EntryNamesTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "IBM437, pâté, pêté, apple",
    "IBM850, pâté, pêté, apple",
    "IBM866, кот, кит, собака",
    "GBK, 猫, 狗, 鸟",
    "Shift_JIS, 猫, 犬, 表示",
    "ISO-8859-1, pâté, pêté, apple",
    "UTF-8, 猫, 狗, pâté",
  })
  void namesAreReadInTheirEncoding(String encoding, String first, String second, String third)
      throws IOException {
    Charset charset = Charset.forName(encoding);
    Map<String, byte[]> files = images(first, second, third);
    for (Path archive : archives(files, charset)) {
      DataSplits splits = open(archive, options().withEncoding(charset));
      assertThat(splits.train().classes())
          .as(archive.toString())
          .containsExactlyInAnyOrder(first, second, third);
      assertThat(splits.report().notes()).noneMatch(note -> note.contains("not UTF-8"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "IBM437, pâté, pêté, apple",
    "IBM850, pâté, pêté, apple",
    "IBM866, кот, кит, собака",
    "GBK, 猫, 狗, 鸟",
    "ISO-8859-1, pâté, pêté, apple",
  })
  void withoutTheirEncodingNamesStayApart(
      String encoding, String first, String second, String third) throws IOException {
    Map<String, byte[]> files = images(first, second, third);
    for (Path archive : archives(files, Charset.forName(encoding))) {
      DataSplits splits = open(archive, options());
      assertThat(splits.train().classes()).as(archive.toString()).hasSize(3);
      assertThat(splits.report().notes())
          .anyMatch(note -> note.startsWith(archive + " has names that are not UTF-8, "));
    }
  }

  /** A zip as Windows wrote it: of three classes two were once merged. */
  @Test
  void foldersOfWindowsAreThreeClasses() throws IOException {
    Path zip = archives(images("apple", "pâté", "pêté"), Charset.forName("IBM850")).get(0);
    assertThat(open(zip, options()).train().classes()).containsExactly("apple", "pâté", "pêté");
  }

  @Test
  void aBackslashInACharacterOfTwoBytesIsRefusedWithoutTheEncoding() throws IOException {
    for (Path archive : archives(images("表示", "表面"), Charset.forName("Shift_JIS"))) {
      assertThatThrownBy(() -> open(archive, options()))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("cannot be told apart without their encoding")
          .hasMessageEndingWith("set encoding, to gbk or shift_jis for example");
    }
  }

  @Test
  void namesThatAreNotInTheEncodingAreRefused() throws IOException {
    for (Path archive : archives(images("pâté", "apple"), StandardCharsets.ISO_8859_1)) {
      assertThatThrownBy(() -> open(archive, options().withEncoding(Charset.forName("Shift_JIS"))))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("has a name that is not in the encoding Shift_JIS");
    }
  }

  @Test
  void flagsAndHeadersOfPosixComeBeforeTheEncoding() throws IOException {
    Map<String, byte[]> files = images("猫", "狗", "é");
    Path zip = Files.write(temp.resolve("utf8.zip"), TestArchives.zip(files));
    Path tar = Files.write(temp.resolve("pax.tar"), TestArchives.posixTar(files));
    for (Path archive : List.of(zip, tar)) {
      DataSplits splits = open(archive, options().withEncoding(Charset.forName("GBK")));
      assertThat(splits.train().classes()).as(archive.toString()).containsExactly("é", "狗", "猫");
    }
  }

  /** One name is UTF-8, the other is not, and both would be read as the same text. */
  @Test
  void foldersThatWouldBecomeOneAreRefused() throws IOException {
    String utf8 = new String("é".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    Map<String, byte[]> files = images("é", utf8);
    Path tar =
        Files.write(
            temp.resolve("mixed.tar"), TestArchives.tar(files, StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> open(tar, options()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("has two folders whose names differ but are both read as é/");
  }

  /** Folders of odd bytes, which Java cannot write. */
  @Test
  void foldersWhoseNamesAreNotUtf8StayApart() throws IOException, InterruptedException {
    Path data = temp.resolve("odd");
    TestData.catsAndDogs(data, 12);
    String rename = "mv cat \"$(printf 'p\\342t')\"; mv dog \"$(printf 'p\\352t')\"";
    Process shell = new ProcessBuilder("sh", "-c", rename).directory(data.toFile()).start();
    assertThat(shell.waitFor()).isZero();
    DataSplits splits = open(data, options());
    assertThat(splits.train().classes()).containsExactly("pât", "pêt");
    assertThat(splits.report().notes()).anyMatch(note -> note.contains("read as ISO-8859-1"));
    assertThat(open(data, options().withEncoding(Charset.forName("IBM866"))).train().classes())
        .containsExactly("pтt", "pъt");
    assertThat(Datasets.openForTuning(data.toString(), options()).train().classes())
        .containsExactly("pât", "pêt");
  }

  private static Map<String, byte[]> images(String... classes) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int label = 0; label < classes.length; label++) {
      for (int i = 0; i < 3; i++) {
        files.put(classes[label] + "/" + i + ".png", TestImages.png(4, 3, label << 16 | i));
      }
    }
    return files;
  }

  /** A zip without the flag for UTF-8 and a tar, with names in an encoding. */
  private List<Path> archives(Map<String, byte[]> files, Charset charset) throws IOException {
    return List.of(
        Files.write(temp.resolve("food.zip"), TestArchives.zip(files, charset)),
        Files.write(temp.resolve("food.tar"), TestArchives.tar(files, charset)));
  }

  private static DataSplits open(Path location, DataOptions options) {
    return Datasets.open(location.toString(), options);
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
