package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassWeightsTest {
  @TempDir Path temp;

  private static ImageDataset images(int cats, int dogs) {
    int[] labels = IntStream.range(0, cats + dogs).map(i -> i < cats ? 0 : 1).toArray();
    return ImageDataset.of(
        new ImageShape(1, 1, 1), List.of("cat", "dog, wild"), labels, new byte[cats + dogs]);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(temp.resolve(name), text);
  }

  @Test
  void balancedWeightsGiveEveryClassTheSameWeightInAll() {
    assertThat(ClassWeights.of("none", images(990, 10))).isEmpty();
    assertThat(ClassWeights.of("balanced", images(990, 10)))
        .containsExactly(1000 / 1980.0, 1000 / 20.0);
    assertThat(ClassWeights.balanced(new long[] {3, 0, 1})).containsExactly(4 / 6.0, 1.0, 2.0);
  }

  @Test
  void aFileNamesEveryClass() throws IOException {
    ImageDataset images = images(3, 1);
    for (Path file :
        List.of(
            file("a.json", "{\"dog, wild\": 2.5, \"cat\": 1}"),
            file("a.yaml", "cat: 1\n'dog, wild': 2.5\n"),
            file("a.csv", "class,weight\ncat,1\ndog, wild,2.5\n"))) {
      assertThat(ClassWeights.of(file.toString(), images)).containsExactly(1.0, 2.5);
    }
  }

  @Test
  void filesThatLeaveAClassOutOrHaveNoPositiveNumberAreRefused() throws IOException {
    refused("{\"cat\": 1}", "must have a weight for class dog, wild but has none");
    refused(
        "{\"cat\": 1, \"dog, wild\": 1, \"cow\": 1}", "has a weight for cow, which is no class");
    for (String bad : List.of("0", "-1", "\"much\"", "\"Infinity\"", "\"NaN\"", "true")) {
      refused(
          "{\"cat\": 1, \"dog, wild\": " + bad + "}",
          "the weight of dog, wild must be positive and finite but was");
    }
  }

  private void refused(String text, String why) throws IOException {
    Path file = file("bad.json", text);
    assertThatThrownBy(() -> ClassWeights.of(file.toString(), images(3, 1)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
  }

  @Test
  void classesAreUnequalAboveThreeTimesTheSmallest() {
    assertThat(ClassWeights.advice("none", images(30, 10))).isEmpty();
    assertThat(ClassWeights.advice("none", images(31, 10)).orElseThrow())
        .startsWith(
            "Classes are unequal: cat has 31 training images, dog, wild has 10; set class_weights"
                + " or sampling to balanced");
    assertThat(ClassWeights.advice("balanced", images(31, 10))).isEmpty();
    assertThat(ClassWeights.advice("none", images(0, 10))).isEmpty();
  }
}
