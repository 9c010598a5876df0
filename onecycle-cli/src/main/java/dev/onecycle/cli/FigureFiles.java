package dev.onecycle.cli;

import dev.onecycle.report.Figure;
import dev.onecycle.report.NoFontsException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes the figure of a command as the files that were asked for. */
final class FigureFiles {
  private FigureFiles() {}

  /**
   * Writes a figure; where none can be drawn, that is an error only if one was asked for.
   *
   * @param asked the SVG that was asked for, if one was
   * @param svg where the SVG goes
   * @param png where a PNG goes, if one was asked for
   */
  static void write(
      Console console,
      Supplier<Figure> figure,
      @Nullable Path asked,
      Path svg,
      @Nullable Path png) {
    try {
      Figure drawn = figure.get();
      drawn.writeSvg(svg);
      console.say("Wrote " + svg);
      if (png != null) {
        drawn.writePng(png);
        console.say("Wrote " + png);
      }
    } catch (NoFontsException e) {
      if (asked != null || png != null) {
        throw e;
      }
      console.say("No figure: " + e.getMessage());
    }
  }
}
