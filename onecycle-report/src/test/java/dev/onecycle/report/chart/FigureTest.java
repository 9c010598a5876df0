package dev.onecycle.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.report.Samples;
import dev.onecycle.report.Svg;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.ScheduleFigures;
import dev.onecycle.report.figures.TerminalFigures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class FigureTest {
  @TempDir Path folder;

  @Test
  void pngHasTwoPixelsForEachOfTheSvgAndTheColoursOfTheCurves() throws IOException {
    Figure figure = ScheduleFigures.rateAndMomentum(Samples.oneCycle());
    Path file = folder.resolve("figure.png");
    figure.writePng(file);
    BufferedImage image = ImageIO.read(file.toFile());
    Svg svg = Svg.of(figure);
    double width = Double.parseDouble(svg.document().getDocumentElement().getAttribute("width"));
    double height = Double.parseDouble(svg.document().getDocumentElement().getAttribute("height"));
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y) & 0xFFFFFF);
      }
    }

    assertThat(image.getWidth()).isEqualTo((int) Math.ceil(2 * width));
    assertThat(image.getHeight()).isEqualTo((int) Math.ceil(2 * height));
    assertThat(colours).contains(0xFFFFFF, 0x0072B2, 0xD55E00).hasSizeGreaterThan(50);
  }

  @Test
  void pngStoresItsResolution() throws IOException {
    byte[] png = ScheduleFigures.rate(Samples.oneCycle()).png();
    int at = new String(png, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("pHYs");

    // 192 dots an inch are 7559 a metre, in four bytes.
    assertThat(at).isPositive();
    assertThat((png[at + 6] & 0xFF) << 8 | png[at + 7] & 0xFF).isEqualTo(7559);
  }

  @Test
  void equalFiguresGiveEqualBytes() {
    Figure first = RangeFigures.of(Samples.clear(Samples.descent(), 1.2));
    Figure second = RangeFigures.of(Samples.clear(Samples.descent(), 1.2));

    assertThat(first.svg()).isEqualTo(second.svg());
    assertThat(first.png()).isEqualTo(second.png());
  }

  @Test
  void theLocaleDoesNotMatter() {
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.ROOT);
      String figure = RangeFigures.of(Samples.clear(Samples.descent(), 1.25)).svg();
      String picture = TerminalFigures.schedule(Samples.oneCycle(), 80);
      for (String tag : new String[] {"tr-TR", "de-DE", "ar-EG-u-nu-arab"}) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(RangeFigures.of(Samples.clear(Samples.descent(), 1.25)).svg())
            .as(tag)
            .isEqualTo(figure)
            .contains(">edge 1.25<", ">0.001<");
        assertThat(TerminalFigures.schedule(Samples.oneCycle(), 80)).as(tag).isEqualTo(picture);
      }
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void theSvgFileHoldsTheSvgAlone() throws IOException {
    Figure figure = ScheduleFigures.rate(Samples.oneCycle());
    Path file = folder.resolve("figure.svg");
    figure.writeSvg(file);

    assertThat(Files.readString(file)).isEqualTo(figure.svg());
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void identifiersDifferBetweenFigures() {
    Set<String> first = ids(RangeFigures.of(Samples.clear(Samples.descent(), 1)).svg());
    Set<String> second = ids(RangeFigures.of(Samples.clear(Samples.descent(), 2)).svg());

    assertThat(first).isNotEmpty().doesNotContainAnyElementsOf(second);
    assertThat(ids(RangeFigures.of(Samples.clear(Samples.descent(), 1)).svg())).isEqualTo(first);
  }

  private static Set<String> ids(String svg) {
    return Pattern.compile(" id=\"([^\"]*)\"")
        .matcher(svg)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void titleAndDescriptionComeFirst() {
    Svg svg = Svg.of(RangeFigures.of(Samples.clear(Samples.descent(), 1.25)));
    Element root = svg.document().getDocumentElement();

    assertThat(root.getAttribute("viewBox"))
        .isEqualTo("0 0 " + root.getAttribute("width") + " " + root.getAttribute("height"));
    assertThat(root.getFirstChild().getNodeName()).isEqualTo("title");
    assertThat(root.getFirstChild().getTextContent()).isEqualTo("Learning rate range test");
    assertThat(root.getFirstChild().getNextSibling().getNodeName()).isEqualTo("desc");
    assertThat(root.getFirstChild().getNextSibling().getTextContent())
        .contains("Loss over learning rate", "smoothed loss between", "edge 1.25");
  }

  @Test
  void textsStayTexts() {
    Svg svg = Svg.of(ScheduleFigures.rateAndMomentum(Samples.oneCycle()));

    // Two curves, and the clips: of the figure, of two axis titles, of two panels.
    assertThat(svg.all("path")).hasSize(2 + 5);
    assertThat(svg.all("text")).hasSizeGreaterThan(18);
  }

  @Test
  void aMissingFolderIsNamed() {
    Path file = folder.resolve("absent").resolve("figure.png");

    assertThatThrownBy(() -> ScheduleFigures.rate(Samples.oneCycle()).writePng(file))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no such file or folder");
  }
}
