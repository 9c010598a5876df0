package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.Svg;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.SweepFixtures;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepFiguresTest {
  private static final Sweep BY_EDGE =
      Sweep.byEdge(
          Hyperparameter.WEIGHT_DECAY,
          List.of(
              SweepFixtures.candidate(1e-2, SweepFixtures.leaving(2)),
              SweepFixtures.candidate(
                  1e-4,
                  SweepFixtures.leaving(6),
                  SweepFixtures.leaving(12),
                  SweepFixtures.leaving(9))));
  private static final Sweep BY_CYCLE =
      Sweep.byCycle(
          Hyperparameter.DROPOUT,
          List.of(
              SweepFixtures.cycled(0, 0.4, 0.6, 0.7), SweepFixtures.cycled(0.2, 0.3, 0.5, 0.6)));

  @Test
  void everyCandidateHasACurveAndAnEdgeAndTheChosenOneIsMarked() {
    Svg svg = Svg.of(SweepFigures.of(BY_EDGE));
    assertThat(svg.text()).contains("Range tests by weight decay", "1e-2 (edge ", "learning rate");
    assertThat(svg.text()).contains("1e-4, chosen (edge ");
    assertThat(svg.curves(Svg.BLUE)).hasSize(1);
    assertThat(svg.curves(Svg.VERMILLION)).hasSize(1);
    assertThat(svg.dots(Svg.BLUE)).hasSize(1);
    assertThat(svg.dots(Svg.VERMILLION)).hasSize(1);
    assertThat(svg.dots(Svg.VERMILLION).get(0).x()).isGreaterThan(svg.dots(Svg.BLUE).get(0).x());
  }

  @Test
  void theTestWithTheMedianEdgeIsShown() {
    Candidate several = BY_EDGE.candidates().get(1);
    Sweep alone =
        Sweep.byEdge(
            Hyperparameter.WEIGHT_DECAY,
            List.of(
                BY_EDGE.candidates().get(0),
                SweepFixtures.candidate(1e-4, SweepFixtures.leaving(9))));
    assertThat(several.test().runs()).hasSize(3);
    assertThat(Svg.of(SweepFigures.of(BY_EDGE)).dots(Svg.VERMILLION))
        .isEqualTo(Svg.of(SweepFigures.of(alone)).dots(Svg.VERMILLION));
  }

  @Test
  void shortCyclesShowEachEpoch() {
    Svg svg = Svg.of(SweepFigures.of(BY_CYCLE));
    assertThat(svg.text())
        .contains("Short cycles by dropout", "validation loss", "accuracy, %", "0, chosen", "0.2");
    assertThat(svg.curves(Svg.BLUE)).as("loss and accuracy").hasSize(2);
    assertThat(svg.curves(Svg.BLUE)).allMatch(line -> line.points().size() == 3);
  }

  @Test
  void aSingleEpochIsADot() {
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, 0.4), SweepFixtures.cycled(0.2, 0.3)));
    Svg svg = Svg.of(SweepFigures.of(sweep));
    assertThat(svg.dots(Svg.BLUE)).hasSizeGreaterThanOrEqualTo(2);
  }

  /** Losses from 1 to 1e4: 2 minus the accuracy. */
  @Test
  void lossesThatSpanMoreThanAHundredTimesHaveALogarithmicAxisAndAWord() {
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, -1e4, 0.6), SweepFixtures.cycled(0.2, 0.3, 0.5)));
    assertThat(SweepFigures.cycles(sweep).json()).contains("\"log\":true");
    assertThat(SweepFigures.cycles(sweep).note()).contains("The loss axis is logarithmic.");
    assertThat(SweepFigures.cycles(BY_CYCLE).note()).doesNotContain("logarithmic");
  }
}
