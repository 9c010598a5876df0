package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassificationCounterTest {
  private static final float NAN = Float.NaN;
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  private record Image(int index, int label, float... scores) {}

  private static Classification of(int classes, List<Image> images) {
    ClassificationCounter counter = new ClassificationCounter(classes);
    for (Image image : images) {
      float[] scores = new float[classes + 2];
      System.arraycopy(image.scores, 0, scores, 2, classes);
      counter.add(image.index, image.label, scores, 2);
    }
    return counter.result(index -> "image " + index);
  }

  private static List<Integer> indices(Classification classification) {
    return classification.worst().stream().map(Mistake::index).toList();
  }

  @Test
  void aHandfulOfImagesByHand() {
    float ln2 = (float) Math.log(2);
    float ln6 = (float) Math.log(6);
    Classification some =
        of(
            3,
            List.of(
                new Image(0, 0, 5, 1, 1),
                // 1 : 2 : 1, so the probabilities are 1/4, 1/2, 1/4
                new Image(1, 0, 0, ln2, 0),
                // 6 : 1 : 1
                new Image(2, 2, ln6, 0, 0),
                new Image(3, 1, 0, 1, 0)));
    assertThat(some.images()).isEqualTo(4);
    assertThat(some.correct()).isEqualTo(2);
    assertThat(some.cells())
        .containsExactly(
            new Cell(0, 0, 1), new Cell(0, 1, 1), new Cell(1, 1, 1), new Cell(2, 0, 1));
    assertThat(indices(some)).containsExactly(2, 1);
    Mistake worst = some.worst().get(0);
    assertThat(worst.origin()).isEqualTo("image 2");
    assertThat(worst.label()).isEqualTo(2);
    assertThat(worst.predicted()).isZero();
    assertThat(worst.confidence().predicted()).isCloseTo(6 / 8.0, within(1e-7));
    assertThat(worst.confidence().label()).isCloseTo(1 / 8.0, within(1e-7));
    assertThat(worst.confidence().loss()).isCloseTo(Math.log(8), within(1e-7));
    assertThat(some.worst().get(1).confidence().loss()).isCloseTo(Math.log(4), within(1e-7));
  }

  @Test
  void ofEqualScoresTheFirstClassIsThePrediction() {
    Classification tied = of(3, List.of(new Image(0, 1, 2, 2, 2), new Image(1, 0, 2, 2, 2)));
    assertThat(tied.cells()).containsExactly(new Cell(0, 0, 1), new Cell(1, 0, 1));
  }

  @Test
  void largeScoresDoNotOverflow() {
    Mistake sure = of(2, List.of(new Image(0, 1, 3e38f, -3e38f))).worst().get(0);
    assertThat(sure.confidence().loss()).isEqualTo(3e38f - (double) -3e38f);
    assertThat(sure.confidence().predicted()).isEqualTo(1);
    assertThat(sure.confidence().label()).isZero();
  }

  @Test
  void scoresThatAreNoNumbersAreMistakesAndTheWorst() {
    Classification broken =
        of(
            2,
            List.of(
                new Image(0, 1, 9, 0),
                new Image(6, 0, NAN, NAN),
                new Image(2, 0, 1, NAN),
                new Image(4, 1, NAN, 1),
                new Image(5, 0, 1, 0)));
    assertThat(broken.correct()).isEqualTo(1);
    assertThat(broken.count(0, Classification.NO_PREDICTION)).isEqualTo(2);
    assertThat(broken.count(1, Classification.NO_PREDICTION)).isEqualTo(1);
    assertThat(indices(broken)).containsExactly(2, 4, 6, 0);
    assertThat(broken.worst().get(0))
        .isEqualTo(new Mistake(2, "image 2", 0, -1, Confidence.UNKNOWN));
    assertThat(broken.mostConfused(9)).containsExactly(new Cell(1, 0, 1));
  }

  @Test
  void endlessScoresHaveAPredictionAndNoProbability() {
    Classification endless =
        of(2, List.of(new Image(0, 0, 0, INFINITE), new Image(1, 0, -INFINITE, 0)));
    assertThat(endless.cells()).containsExactly(new Cell(0, 1, 2));
    assertThat(endless.worst().get(0).confidence().predicted()).isNaN();
    assertThat(endless.worst().get(0).confidence().loss()).isNaN();
    assertThat(endless.worst().get(1))
        .isEqualTo(new Mistake(1, "image 1", 0, 1, new Confidence(1, 0, Double.POSITIVE_INFINITY)));
  }

  /** Few distinct scores, so that losses tie; the worst must be those of a sort of all. */
  @Test
  void theWorstOfManyAreKeptWhateverTheOrder() {
    Random random = new Random(3);
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      float[] scores = {random.nextInt(4), random.nextInt(4), i % 500 == 0 ? NAN : 0};
      images.add(new Image(i, random.nextInt(3), scores));
    }
    List<Mistake> all =
        images.stream()
            .flatMap(image -> of(3, List.of(image)).worst().stream())
            .sorted(Classification.WORST_FIRST)
            .toList();
    assertThat(all).hasSizeGreaterThan(1000);
    for (int order = 0; order < 5; order++) {
      assertThat(of(3, images).worst()).isEqualTo(all.subList(0, Classification.MAX_WORST));
      Collections.shuffle(images, random);
    }
  }

  @Test
  void ofImagesThatAreAllAlikeTheLowestIndicesAreKept() {
    List<Image> images = new ArrayList<>();
    for (int i = 99; i >= 0; i--) {
      images.add(new Image(i, 1, 2, 2, 2));
    }
    assertThat(indices(of(3, images))).isEqualTo(IntStream.range(0, 24).boxed().toList());
  }

  /** Scores as those of a network; the bound that spares exponentials must not lose a mistake. */
  @Test
  void theWorstOfAThousandClassesAreKept() {
    Random random = new Random(4);
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      float[] scores = new float[1000];
      for (int c = 0; c < scores.length; c++) {
        scores[c] = (float) random.nextGaussian() * (1 + i % 3);
      }
      images.add(new Image(i, random.nextInt(1000), scores));
    }
    Classification many = of(1000, images);
    List<Integer> expected =
        images.stream()
            .flatMap(image -> of(1000, List.of(image)).worst().stream())
            .sorted(Classification.WORST_FIRST)
            .limit(24)
            .map(Mistake::index)
            .toList();
    assertThat(indices(many)).isEqualTo(expected);
    assertThat(many.images()).isEqualTo(2000);
    assertThat(many.cells()).hasSizeBetween(1900, 2000);
  }

  @Test
  void onlyTheWorstAreAskedForTheirOrigin() {
    ClassificationCounter counter = new ClassificationCounter(2);
    IntStream.range(0, 100).forEach(i -> counter.add(i, 0, new float[] {0, i + 1}, 0));
    List<Integer> asked = new ArrayList<>();
    Classification result =
        counter.result(
            index -> {
              asked.add(index);
              return "x";
            });
    assertThat(asked).hasSize(24);
    assertThat(indices(result).get(0)).isEqualTo(99);
    assertThat(indices(result).get(23)).isEqualTo(76);
  }
}
