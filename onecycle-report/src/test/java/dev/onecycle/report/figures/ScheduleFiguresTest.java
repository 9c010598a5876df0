package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.report.Samples;
import dev.onecycle.report.Svg;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Point;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.Schedule;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleFiguresTest {
  @Test
  void axesAndPhasesAreNamed() {
    Svg svg = Svg.of(ScheduleFigures.rate(Samples.oneCycle()));

    assertThat(svg.texts())
        .contains("onecycle, 9310 steps", "step", "learning rate")
        .contains("warm-up", "cool-down", "annihilation")
        .contains("0", "0.2", "0.8", "2000", "8000")
        .doesNotContain("momentum");
    assertThat(svg.curves(Svg.BLUE)).hasSize(1);
    assertThat(svg.straights(Svg.BOUNDARY)).hasSize(2);
  }

  @Test
  void theCurveHasFourCornersAtTheirPositions() {
    Svg svg = Svg.of(ScheduleFigures.rate(Samples.oneCycle()));
    List<Point> corners = svg.curves(Svg.BLUE).get(0).points();
    List<List<Point>> grid = svg.straights(Svg.GRID); // at 0, 0.2, … 0.8, from axis to margin
    double left = grid.get(0).get(0).x();
    double width = grid.get(0).get(1).x() - left;
    double foot = grid.get(0).get(0).y();

    assertThat(corners).hasSize(4);
    assertThat(corners.get(0).x()).isEqualTo(left, within(0.01));
    assertThat(corners.get(1).x()).isEqualTo(left + width * 4018 / 9309, within(0.01));
    assertThat(corners.get(2).x()).isEqualTo(left + width * 8036 / 9309, within(0.01));
    double rise = foot - corners.get(1).y();
    assertThat(grid).hasSize(5);
    assertThat(corners.get(1).y()).isEqualTo(grid.get(4).get(0).y(), within(0.01));
    assertThat(foot - corners.get(0).y()).isEqualTo(rise / 10, within(0.02));
    assertThat(foot - corners.get(2).y()).isEqualTo(rise / 10, within(0.02));
    assertThat(foot - corners.get(3).y()).isEqualTo(rise / 1000, within(0.02));
  }

  @Test
  void rateAndMomentumShareTheStepsAndMoveInOppositeDirections() {
    Svg svg = Svg.of(ScheduleFigures.rateAndMomentum(Samples.oneCycle()));

    assertThat(svg.texts()).contains("learning rate", "momentum", "0.85", "0.95");
    assertThat(svg.texts().stream().filter("step"::equals)).hasSize(1);
    assertThat(svg.texts().stream().filter("2000"::equals)).hasSize(1);
    assertThat(svg.straights(Svg.BOUNDARY)).hasSize(4);
    List<Point> rate = svg.curves(Svg.BLUE).get(0).points();
    List<Point> momentum = svg.curves(Svg.VERMILLION).get(0).points();
    assertThat(rate.get(1).x()).isEqualTo(momentum.get(1).x(), within(0.01));
    assertThat(rate.get(1).y()).isLessThan(rate.get(0).y());
    assertThat(momentum.get(1).y()).isGreaterThan(momentum.get(0).y());
  }

  @Test
  void aJumpOfALongRunIsDrawnWhereItIs() {
    long steps = 1_000_003;
    long jump = 654_321;
    Policy policy =
        new Samples.Corners(
            "step",
            steps,
            s -> s < jump ? 1 : 0.5,
            Schedule.constant(0.9),
            List.of(new Phase("first", 0, jump - 1), new Phase("then", jump, steps - 1)));

    List<Point> drawn = PolicyCurves.rate(policy).points();

    assertThat(drawn).contains(new Point(jump - 1, 1), new Point(jump, 0.5));
    assertThat(drawn).hasSizeLessThan(5000);
    assertThat(drawn.get(drawn.size() - 1).x()).isEqualTo(steps - 1);
  }

  @Test
  void aLongScheduleIsAFewPathsAndASmallFile() {
    Schedule bent = s -> 0.4 * (1 - Math.cos(2 * Math.PI * s / 9309));
    Figure figure = ScheduleFigures.rateAndMomentum(Samples.policy("bent", 9310, bent, bent));

    assertThat(Svg.of(figure).all("path")).hasSizeLessThan(10);
    assertThat(Svg.of(figure).all("line")).hasSizeLessThan(50);
    assertThat(figure.svg().length()).isLessThan(200_000);
    assertThat(ScheduleFigures.rateAndMomentum(Samples.oneCycle()).svg().length())
        .as("straight stretches are drawn by their ends")
        .isLessThan(25_000);
  }

  @Test
  void straightPartsHaveTwoPointsAndBendsHaveAll() {
    Schedule bent = s -> s < 500 ? 1 : 1 + (s - 500) * (s - 500) * 1e-6;
    List<Point> points = PolicyCurves.rate(Samples.policy("bent", 1000, bent, bent)).points();

    assertThat(points.get(0)).isEqualTo(new Point(0, 1));
    assertThat(points.get(1).x()).isBetween(499.0, 501.0);
    assertThat(points).hasSizeBetween(500, 502);
  }

  @Test
  void namesOfShortPhasesStayInThePicture() {
    Schedule rate = s -> s;
    List<Phase> phases =
        List.of(new Phase("a", 0, 97), new Phase("a name that is rather long", 98, 99));
    Svg svg = Svg.of(ScheduleFigures.rate(new Samples.Corners("x", 100, rate, rate, phases)));
    var name =
        svg.all("text").stream()
            .filter(e -> e.getTextContent().equals("a name that is rather long"))
            .toList();

    assertThat(name).hasSize(1);
    double width =
        new Font(Font.SANS_SERIF, Font.PLAIN, 11)
            .getStringBounds("a name that is rather long", new FontRenderContext(null, true, true))
            .getWidth();
    assertThat(Double.parseDouble(name.get(0).getAttribute("x")) + width).isBetween(466.0, 480.0);
  }

  @Test
  void hostileNamesStayText() {
    Policy policy =
        new Samples.Corners(
            "<script>alert(1)</script> & \"co\" \u001b[31m \ud800",
            10,
            Schedule.constant(1),
            Schedule.constant(0.9),
            List.of(new Phase("<b>", 0, 9)));
    Figure figure = ScheduleFigures.rate(policy);
    Svg svg = Svg.of(figure);

    assertThat(svg.all("script")).isEmpty();
    assertThat(svg.all("b")).isEmpty();
    assertThat(svg.texts().get(0)).startsWith("<script>alert(1)</script> &");
    assertThat(svg.texts()).contains("<b>");
    assertThat(figure.svg()).doesNotContain("<script").doesNotContain("\u001b");
  }

  @Test
  void aScheduleThatCannotBeDrawnSaysSo() {
    Schedule nan = Schedule.constant(Double.NaN);
    Svg none = Svg.of(ScheduleFigures.rateAndMomentum(Samples.policy("none", 0, nan, nan)));
    Svg broken = Svg.of(ScheduleFigures.rateAndMomentum(Samples.policy("nan", 50, nan, nan)));

    assertThat(none.texts().stream().filter("no steps"::equals)).hasSize(2);
    assertThat(broken.texts().stream().filter("no finite value"::equals)).hasSize(2);
    assertThat(broken.curves(Svg.BLUE)).isEmpty();
  }

  @Test
  void nonFiniteRatesAreGaps() {
    Schedule gap = s -> s == 50 ? Double.NaN : s == 70 ? Double.POSITIVE_INFINITY : s;
    Svg svg = Svg.of(ScheduleFigures.rate(Samples.policy("gap", 100, gap, gap)));

    assertThat(svg.curves(Svg.BLUE)).hasSize(1);
    assertThat(svg.curves(Svg.BLUE).get(0).parts()).hasSize(3);
  }

  @Test
  void aSingleStepIsADot() {
    Schedule one = Schedule.constant(0.1);
    Svg svg = Svg.of(ScheduleFigures.rate(Samples.policy("one", 1, one, one)));

    assertThat(svg.texts()).contains("one, 1 step");
    assertThat(svg.dots(Svg.BLUE)).hasSize(1);
  }

  @Test
  void extremeValuesAreDrawn() {
    for (double extreme : new double[] {0, -1, Double.MIN_VALUE, Double.MAX_VALUE, 1e300}) {
      Schedule schedule = s -> s % 2 == 0 ? extreme : -extreme;
      Figure figure =
          ScheduleFigures.rateAndMomentum(Samples.policy("extreme", 20, schedule, schedule));
      assertThat(Svg.of(figure).texts()).contains("learning rate");
      assertThat(figure.svg()).doesNotContain("NaN").doesNotContain("Infinity");
    }
  }

  @Test
  void namesOfManyPhasesDoNotOverlap() {
    List<Phase> phases =
        LongStream.range(0, 100).mapToObj(i -> new Phase("decay " + i, i, i)).toList();
    Schedule rate = s -> s;
    Svg svg = Svg.of(ScheduleFigures.rate(new Samples.Corners("many", 100, rate, rate, phases)));

    assertThat(svg.texts().stream().filter(t -> t.startsWith("decay")).count()).isBetween(5L, 25L);
    assertThat(svg.all("desc").get(0).getTextContent()).contains("decay 77 from 77 to 77");
  }
}
