package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Console;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that a command writes its figure to. */
public final class FigureOptions {
  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Write the figure as SVG. Default: as the result, with .svg.")
  @Nullable Path svg;

  @Option(names = "--png", paramLabel = "FILE", description = "Write the figure as PNG.")
  @Nullable Path png;

  /**
   * Where the SVG goes.
   *
   * @param result the file of the result, whose name it has by default
   */
  public Path svg(Path result) {
    return svg == null ? FileNames.withExtension(result, ".svg") : svg;
  }

  /** Throws where the files could not be written, or would overwrite what is no figure. */
  public void requireWritable(Path result) {
    AtomicFile.requireWritable(FileNames.requireNewOr(".svg", "--svg", svg(result)));
    if (png != null) {
      FileNames.requireNewOr(".png", "--png", png);
      AtomicFile.requireWritable(png);
    }
  }

  /** Writes a figure; where none can be drawn, that is an error only if one was asked for. */
  public void write(Console console, Supplier<Figure> figure, Path result) {
    try {
      Figure drawn = figure.get();
      drawn.writeSvg(svg(result));
      console.say("Wrote " + svg(result));
      if (png != null) {
        drawn.writePng(png);
        console.say("Wrote " + png);
      }
    } catch (MissingFontsException e) {
      if (svg != null || png != null) {
        throw e;
      }
      console.say("No figure: " + e.getMessage());
    }
  }
}
