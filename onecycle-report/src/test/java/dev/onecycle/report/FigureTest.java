package dev.onecycle.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.CannotWriteException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {
  @TempDir Path folder;

  @Test
  void pngHasTwoPixelsForEachOfTheSvgAndTheColoursOfTheCurves() throws IOException {
    Figure figure = ScheduleFigures.rateAndMomentum(Fixtures.oneCycle());
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
  void pngSaysItsResolution() throws IOException {
    byte[] png = ScheduleFigures.rate(Fixtures.oneCycle()).png();
    int at = new String(png, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("pHYs");

    // 192 dots an inch are 7559 a metre, in four bytes.
    assertThat(at).isPositive();
    assertThat((png[at + 6] & 0xFF) << 8 | png[at + 7] & 0xFF).isEqualTo(7559);
  }

  @Test
  void equalFiguresGiveEqualBytes() {
    Figure first = RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1.2));
    Figure second = RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1.2));

    assertThat(first.svg()).isEqualTo(second.svg());
    assertThat(first.png()).isEqualTo(second.png());
  }

  @Test
  void languageOfTheMachineDoesNotMatter() {
    Locale usual = Locale.getDefault();
    try {
      Locale.setDefault(Locale.ROOT);
      String figure = RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1.25)).svg();
      String picture = TerminalFigures.schedule(Fixtures.oneCycle(), 80);
      for (String tag : new String[] {"tr-TR", "de-DE", "ar-EG-u-nu-arab"}) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1.25)).svg())
            .as(tag)
            .isEqualTo(figure)
            .contains(">edge 1.25<", "text-anchor=\"middle\"");
        assertThat(TerminalFigures.schedule(Fixtures.oneCycle(), 80)).as(tag).isEqualTo(picture);
      }
    } finally {
      Locale.setDefault(usual);
    }
  }

  @Test
  void svgFileIsTheSvgAlone() throws IOException {
    Figure figure = ScheduleFigures.rate(Fixtures.oneCycle());
    Path file = folder.resolve("figure.svg");
    figure.writeSvg(file);

    assertThat(Files.readString(file)).isEqualTo(figure.svg());
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void svgCarriesNoIdentifiersSoThatManyCanShareAPage() {
    assertThat(RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1)).svg())
        .doesNotContain(" id=")
        .doesNotContain("url(#");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path file = folder.resolve("absent").resolve("figure.png");

    assertThatThrownBy(() -> ScheduleFigures.rate(Fixtures.oneCycle()).writePng(file))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("no such file or folder");
  }
}
