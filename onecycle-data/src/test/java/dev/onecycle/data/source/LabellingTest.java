package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes from a table and from names of files. */
class LabellingTest {
  @TempDir Path temp;
  private Path images;

  @BeforeEach
  void writeImages() throws IOException {
    images = temp.resolve("images");
    for (int i = 0; i < 12; i++) {
      write("train/" + name(i) + ".png", i);
    }
  }

  private static String name(int i) {
    return (i % 3 == 0 ? "great pyrenees" : "pug") + "_" + i;
  }

  private void write(String name, int colour) throws IOException {
    TestData.write(images.resolve(name), TestImages.png(4, 3, colour));
  }

  @Test
  void aTableNamesImagesWithOrWithoutPathAndExtension() throws IOException {
    for (String form : new String[] {"%s", "%s.png", "train/%s.png", "./train/%s"}) {
      StringBuilder csv = new StringBuilder("\uFEFFid,breed\r\n");
      for (int i = 0; i < 12; i++) {
        csv.append(form.formatted(name(i))).append(i % 3 == 0 ? ",\"big, white\"\r\n" : ",pug\r\n");
      }
      DataSplits splits = open(labels(csv.toString()));
      assertThat(splits.train().classes()).as(form).containsExactly("big, white", "pug");
      assertThat(splits.train().size() + splits.evaluation().size()).isEqualTo(12);
      for (int i = 0; i < splits.train().size(); i++) {
        boolean big = splits.train().origin(i).contains("great");
        assertThat(splits.train().label(i)).isEqualTo(big ? 0 : 1);
      }
    }
  }

  /** Bär and Bör would both be read as B?r. */
  @Test
  void aTableThatIsNotUtf8IsRefused() throws IOException {
    StringBuilder csv = new StringBuilder("image,label\n");
    for (int i = 0; i < 12; i++) {
      csv.append(name(i)).append(i % 2 == 0 ? ",B\u00e4r\n" : ",B\u00f6r\n");
    }
    Path file = temp.resolve("labels.csv");
    Files.writeString(file, csv, StandardCharsets.ISO_8859_1);
    DataOptions options = options().withLabels(file, Optional.empty(), Optional.empty());
    assertRefused(options, file + " has letters that are not UTF-8");
    assertThat(open(labels(csv.toString())).train().classes())
        .containsExactly("B\u00e4r", "B\u00f6r");
  }

  @Test
  void columnsAreFoundOrNamed() throws IOException {
    StringBuilder csv = new StringBuilder("when,what,who\n");
    for (int i = 0; i < 12; i++) {
      csv.append("today,").append(i % 2 == 0 ? "a" : "b").append(',').append(name(i)).append('\n');
    }
    Path file = Files.writeString(temp.resolve("labels.csv"), csv);
    assertRefused(labels(csv.toString()), file + " has the columns when, what, who; set image_col");
    DataOptions named = options().withLabels(file, Optional.of("who"), Optional.of("what"));
    assertThat(open(named).train().classes()).containsExactly("a", "b");
    DataOptions other = options().withLabels(file, Optional.of("who"), Optional.of("when"));
    assertRefused(other, "images of one class only, today");
    DataOptions wrong = options().withLabels(file, Optional.of("whom"), Optional.of("what"));
    assertRefused(wrong, file + " has no column whom but when, what, who");
  }

  @Test
  void whatIsMissingIsCountedAndNamed() throws IOException {
    StringBuilder csv = new StringBuilder("image,label\n");
    for (int i = 0; i < 8; i++) {
      csv.append(name(i)).append(i % 2 == 0 ? ",a\n" : ",b\n");
    }
    assertRefused(labels(csv.toString()), "4 of 12 images in " + images + " have no label by ");
    assertRefused(labels(csv.toString()), "train/great pyrenees_9.png, train/pug_10.png, ");
    for (int i = 8; i < 12; i++) {
      csv.append(name(i)).append(",a\n");
    }
    assertThat(open(labels(csv.toString())).train().classes()).hasSize(2);
    assertRefused(
        labels(csv + "gone_1,a\ngone_2,b\n"),
        "names 2 of 14 images that are not in " + images + ": gone_1, gone_2");
    assertRefused(labels(csv + name(0) + ",b\n"), "has two labels for great pyrenees_0: a and b");
    assertRefused(labels(csv + "x,\n"), "row 14 has no value of label");
    assertRefused(labels(""), "is empty");
    write("train/more/" + name(3) + ".png", 77);
    assertRefused(labels(csv.toString()), "names great pyrenees_3, but " + images + " has several");
  }

  @Test
  void imagesOfATestFolderMayLackLabels() throws IOException {
    StringBuilder csv = new StringBuilder("image,label\n");
    for (int i = 0; i < 12; i++) {
      csv.append(name(i)).append(i % 2 == 0 ? ",a\n" : ",b\n");
    }
    write("test/1001.png", 88);
    DataSplits splits = open(labels(csv.toString()));
    assertThat(splits.evaluationName()).isEqualTo("held-out tenth");
    assertThat(splits.report().notes())
        .contains(
            "The image in "
                + images
                + "/test/ has no labels and can be predicted but not evaluated.");
    assertThat(open(labels(csv + "1001,a\n")).evaluationName()).isEqualTo("test");
    assertThat(Datasets.openForTuning(images.toString(), labels(csv + "1001,a\n")).validationName())
        .isEqualTo("held-out tenth");
  }

  @Test
  void aPatternFindsTheClassInTheNameOfTheFile() throws IOException {
    DataOptions pattern = options().withLabelPattern(Pattern.compile("(.+)_\\d+\\.png$"));
    Path zip = Files.write(temp.resolve("a.zip"), TestArchives.zip(TestArchives.files(images, "")));
    for (Path location : new Path[] {images, zip, images.resolve("train")}) {
      DataSplits splits = Datasets.open(location.toString(), pattern);
      assertThat(splits.train().classes()).containsExactly("great pyrenees", "pug");
      assertThat(splits.train().size() + splits.evaluation().size()).isEqualTo(12);
    }
    write("train/odd.png", 5);
    assertRefused(pattern, "1 of 13 images in " + images + " have no label by label_pattern (.+)");
    assertThatThrownBy(() -> options().withLabelPattern(Pattern.compile(".+")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("label_pattern must be a regular expression with a group");
  }

  private DataOptions labels(String csv) throws IOException {
    Path file = Files.writeString(temp.resolve("labels.csv"), csv);
    return options().withLabels(file, Optional.empty(), Optional.empty());
  }

  private DataSplits open(DataOptions options) {
    return Datasets.open(images.toString(), options);
  }

  private void assertRefused(DataOptions options, String message) {
    assertThatThrownBy(() -> open(options))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message);
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
