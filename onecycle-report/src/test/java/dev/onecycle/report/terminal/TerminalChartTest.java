package dev.onecycle.report.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Point;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TerminalChartTest {
  private static final TerminalStyle SMALL = new TerminalStyle(20, 10, false, false);

  private static TerminalChart chart(String title, List<Marker> markers, Point... points) {
    Curve curve = new Curve("c", List.of(points));
    return new TerminalChart(title, "", false, List.of(curve), markers, OptionalDouble.empty());
  }

  private static TerminalChart corner(List<Marker> markers) {
    return chart("t", markers, new Point(0, 0), new Point(0, 1), new Point(1, 1));
  }

  @Test
  void aCornerIsDrawnDotByDot() {
    assertThat(corner(List.of()).draw(SMALL))
        .isEqualTo(
            """
            t
              1 ┤⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
                │⡇
                │⡇
            0.5 ┤⡇
                │⡇
                │⡇
              0 ┤⡇
                └┬─────────────┬
                 0             1""");
  }

  @Test
  void aCornerIsDrawnInAscii() {
    assertThat(corner(List.of()).draw(SMALL.withAscii(true)))
        .isEqualTo(
            """
            t
              1 +***************
                |*
                |*
            0.5 +*
                |*
                |*
              0 +*
                ++-------------+
                 0             1""");
  }

  @Test
  void aDiagonalTakesTheDotsItCrosses() {
    DotGrid grid = new DotGrid(2, 1, SMALL);
    grid.line(List.of(new Point(0, 3), new Point(3, 0)), 0);

    assertThat(grid.row(0)).isEqualTo("⡠⠊");
  }

  @Test
  void aMarkerIsInItsColumnUnderItsLabel() {
    // 15 columns hold [0, 1]: 0.5 is the eighth, behind a gutter of five characters.
    String[] lines = corner(List.of(new Marker("edge", 0.5))).draw(SMALL).split("\n", -1);

    assertThat(lines).hasSize(10);
    assertThat(lines[1]).isEqualTo(" ".repeat(5 + 7 - 2) + "edge");
    for (int row = 3; row < 8; row++) {
      assertThat(lines[row].indexOf('┊')).as(lines[row]).isEqualTo(5 + 7);
    }
    assertThat(lines[2]).as("a curve hides what is behind it").doesNotContain("┊");
  }

  @Test
  void decadesHaveEqualWidthOnALogarithmicAxis() {
    Curve curve = new Curve("c", List.of(new Point(1e-3, 1), new Point(10, 1)));
    List<Marker> markers = List.of(new Marker("", 1e-2), new Marker("", 1e-1), new Marker("", 1));
    String drawn =
        new TerminalChart("", "", true, List.of(curve), markers, OptionalDouble.empty())
            .draw(new TerminalStyle(45 + 5, 10, true, false));
    String line = drawn.lines().filter(l -> l.contains(":")).findFirst().orElseThrow();
    int first = line.indexOf(':');

    assertThat(line.indexOf(':', first + 1) - first).isEqualTo(11);
    assertThat(line.lastIndexOf(':') - first).isEqualTo(22);
  }

  @Test
  void overlappingLabelsGetRowsOfTheirOwn() {
    List<Marker> markers = List.of(new Marker("suggestion", 0.5), new Marker("edge", 0.55));
    List<String> lines = corner(markers).draw(SMALL).lines().toList();

    assertThat(lines.get(1)).contains("suggestion").doesNotContain("edge");
    assertThat(lines.get(2)).contains("edge");
    assertThat(lines).hasSize(10);
  }

  @Test
  void everyDrawingHasItsWidthAndHeight() {
    long seed = 5;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 400; i++) {
      TerminalStyle style =
          new TerminalStyle(
              random.nextInt(20, 130),
              random.nextInt(10, 40),
              random.nextBoolean(),
              random.nextBoolean());
      TerminalChart chart = anyChart(random);
      List<String> lines = chart.draw(style).lines().map(TerminalChartTest::withoutColour).toList();
      String which = "seed " + seed + ", picture " + i + "\n" + String.join("\n", lines);
      assertThat(lines).as(which).hasSize(style.height());
      assertThat(lines).as(which).allMatch(l -> TerminalText.columns(l) <= style.width());
      if (style.ascii()) {
        assertThat(String.join("", lines)).as(which).matches("[ -~]*");
      }
    }
  }

  private static TerminalChart anyChart(SplittableRandom random) {
    double size = Math.pow(10, random.nextInt(-9, 9));
    List<Curve> curves =
        IntStream.range(0, random.nextInt(0, 9))
            .mapToObj(c -> new Curve("curve ☃ 学习率 " + c, anyPoints(random, size)))
            .toList();
    List<Marker> markers =
        IntStream.range(0, random.nextInt(0, 7))
            .mapToObj(m -> new Marker("标记 marker " + m, size * random.nextDouble()))
            .toList();
    OptionalDouble top =
        random.nextBoolean() ? OptionalDouble.of(size / 2) : OptionalDouble.empty();
    String title = "title ".repeat(random.nextInt(0, 30));
    return new TerminalChart(title, "the x axis", random.nextBoolean(), curves, markers, top);
  }

  private static List<Point> anyPoints(SplittableRandom random, double size) {
    double[] odd = {Double.NaN, Double.POSITIVE_INFINITY, 0, -1, 1e300, Double.MIN_VALUE};
    return IntStream.range(0, random.nextInt(0, 50))
        .mapToObj(
            i ->
                new Point(
                    random.nextInt(20) == 0 ? odd[random.nextInt(odd.length)] : size * i,
                    random.nextInt(20) == 0
                        ? odd[random.nextInt(odd.length)]
                        : size * random.nextDouble()))
        .toList();
  }

  private static String withoutColour(String line) {
    return line.replaceAll("\u001b\\[[0-9]+m", "");
  }

  @Test
  void curvesDifferWithoutColour() {
    List<Curve> curves =
        List.of(
            new Curve("up", List.of(new Point(0, 0), new Point(1, 1))),
            new Curve("down", List.of(new Point(0, 1), new Point(1, 0))));
    TerminalChart chart =
        new TerminalChart("", "", false, curves, List.of(), OptionalDouble.empty());

    TerminalStyle wider = TerminalStyle.of(30);
    assertThat(chart.draw(wider.withAscii(true))).contains("*** up", "+++ down");
    String braille = chart.draw(wider);
    assertThat(braille).contains("⠒⠒⠒ up", "⠒⠂⠐ down");
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    String drawn = chart("a\u001b[2Jb\u0007\n", List.of(), new Point(0, 0)).draw(SMALL);

    assertThat(drawn).startsWith("a\ufffd[2Jb\ufffd\ufffd\n").doesNotContain("\u001b");
  }

  @Test
  void anEmptyFigureSaysSo() {
    assertThat(chart("", List.of()).draw(SMALL)).contains("no finite value");
    assertThat(chart("", List.of(), new Point(1, Double.NaN)).draw(SMALL))
        .contains("no finite value");
  }

  @Test
  void onePointIsADot() {
    assertThat(chart("", List.of(), new Point(2, 3)).draw(SMALL).codePoints())
        .filteredOn(c -> c > 0x2800 && c < 0x2900)
        .hasSize(1);
  }

  @Test
  void aSizeTooSmallToReadIsRefused() {
    assertThatThrownBy(() -> TerminalStyle.of(19))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("width must be at least 20 but was 19");
    assertThatThrownBy(() -> SMALL.withHeight(9)).isInstanceOf(InvalidValueException.class);
  }
}
