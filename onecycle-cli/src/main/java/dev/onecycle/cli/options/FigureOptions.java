package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Console;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.run.files.AtomicFile;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that a command writes its figure to. */
public final class FigureOptions {
  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Write the figure as SVG. Default: the command's name with .svg.")
  @Nullable Path svg;

  @Option(names = "--png", paramLabel = "FILE", description = "Write the figure as PNG.")
  @Nullable Path png;

  /** Where the SVG goes. */
  public Path svg(String unnamed) {
    return svg == null ? Path.of(unnamed) : svg;
  }

  /** Throws where the files could not be written. */
  public void requireWritable(String unnamed) {
    AtomicFile.requireWritable(svg(unnamed));
    if (png != null) {
      AtomicFile.requireWritable(png);
    }
  }

  /** Writes a figure; where none can be drawn, that is an error only if one was asked for. */
  public void write(Console console, Supplier<Figure> figure, String unnamed) {
    try {
      Figure drawn = figure.get();
      drawn.writeSvg(svg(unnamed));
      console.say("Wrote " + svg(unnamed));
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
