package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.ClassCount;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationTest {
  /**
   * Twenty images of four classes, the last of which has none:
   *
   * <pre>
   *            as 0  as 1  as 2  as 3  as nothing
   * class 0       5     2     .     .           1
   * class 1       2     4     1     .           .
   * class 2       .     3     .     2           .
   * </pre>
   */
  private static final Classification SOME =
      new Classification(
          20,
          List.of(
              new Cell(2, 3, 2),
              new Cell(0, 0, 5),
              new Cell(1, 0, 2),
              new Cell(0, Classification.NO_PREDICTION, 1),
              new Cell(2, 1, 3),
              new Cell(1, 1, 4),
              new Cell(1, 2, 1),
              new Cell(0, 1, 2)),
          List.of());

  @Test
  void cellsThatAreNotKeptAreZero() {
    assertThat(SOME.count(0, 0)).isEqualTo(5);
    assertThat(SOME.count(2, 1)).isEqualTo(3);
    assertThat(SOME.count(1, 2)).isEqualTo(1);
    assertThat(SOME.count(2, 2)).isZero();
    assertThat(SOME.count(3, 0)).isZero();
    assertThat(SOME.count(0, Classification.NO_PREDICTION)).isEqualTo(1);
    assertThat(SOME.correct()).isEqualTo(9);
  }

  @Test
  void cellsAreInTheOrderOfTheMatrix() {
    assertThat(SOME.cells())
        .startsWith(new Cell(0, -1, 1), new Cell(0, 0, 5), new Cell(0, 1, 2), new Cell(1, 0, 2))
        .endsWith(new Cell(2, 3, 2));
  }

  @Test
  void everyClassHasRecallAndPrecision() {
    List<ClassCount> classes = SOME.byClass(4);
    assertThat(classes)
        .containsExactly(
            new ClassCount(0, 8, 7, 5),
            new ClassCount(1, 7, 9, 4),
            new ClassCount(2, 5, 1, 0),
            new ClassCount(3, 0, 2, 0));
    assertThat(classes.get(0).recall()).isEqualTo(5 / 8.0);
    assertThat(classes.get(0).precision()).isEqualTo(5 / 7.0);
    assertThat(classes.get(2).recall()).isZero();
    assertThat(classes.get(3).recall()).isNaN();
    assertThat(classes.get(3).precision()).isZero();
    assertThat(new ClassCount(0, 1, 0, 0).precision()).isNaN();
  }

  @Test
  void mostConfusedAreTheOffDiagonalByCountThenByClass() {
    assertThat(SOME.mostConfused(100))
        .containsExactly(
            new Cell(2, 1, 3),
            new Cell(0, 1, 2),
            new Cell(1, 0, 2),
            new Cell(2, 3, 2),
            new Cell(1, 2, 1));
    assertThat(SOME.mostConfused(2)).containsExactly(new Cell(2, 1, 3), new Cell(0, 1, 2));
    assertThat(SOME.mostConfused(0)).isEmpty();
  }

  @Test
  void aThousandClassesTakeNoMatrix() {
    List<Cell> cells = new ArrayList<>();
    for (int label = 0; label < 1000; label++) {
      cells.add(new Cell(label, label, 40));
      cells.add(new Cell(label, (label + 7) % 1000, 10 + label % 3));
    }
    int images = cells.stream().mapToInt(Cell::count).sum();
    Classification many = new Classification(images, cells, List.of());
    assertThat(images).isGreaterThan(50_000);
    assertThat(many.count(999, 6)).isEqualTo(10);
    assertThat(many.count(999, 7)).isZero();
    assertThat(many.byClass(1000)).hasSize(1000);
    assertThat(many.byClass(1000).get(9)).isEqualTo(new ClassCount(9, 50, 52, 40));
    assertThat(many.mostConfused(1)).containsExactly(new Cell(2, 9, 12));
  }

  @Test
  void mistakesAreSortedWorstFirst() {
    Mistake slight = new Mistake(3, "c", 0, 1, new Confidence(0.6, 0.4, 0.9));
    Mistake bad = new Mistake(8, "b", 0, 1, new Confidence(0.9, 0.1, 2.3));
    Mistake asBad = new Mistake(2, "a", 1, 0, new Confidence(0.9, 0.1, 2.3));
    Mistake endless = new Mistake(9, "d", 0, 1, new Confidence(1, 0, Double.POSITIVE_INFINITY));
    Mistake unknown = new Mistake(7, "e", 0, Classification.NO_PREDICTION, Confidence.UNKNOWN);
    assertThat(
            new Classification(
                    5, List.of(new Cell(0, 1, 5)), List.of(slight, bad, unknown, asBad, endless))
                .worst())
        .containsExactly(unknown, endless, asBad, bad, slight);
  }

  @Test
  void cellsMustAddUp() {
    assertThatThrownBy(() -> new Classification(4, List.of(new Cell(0, 0, 3)), List.of()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("sum of the cells must be the number of images, 4 but was 3");
    assertThatThrownBy(() -> new Cell(0, 0, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("count must be at least 1 but was 0");
  }
}
