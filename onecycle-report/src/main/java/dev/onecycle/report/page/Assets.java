package dev.onecycle.report.page;

import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The scripts and the style inside each page: the plotter uPlot (MIT licence) and our own. */
final class Assets {
  private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

  static final String PLOTTER = text(UPLOT + "uPlot.iife.min.js");
  static final String SCRIPT =
      "(() => {\n" + text("drawing.js") + text("figure.js") + text("page.js") + "})();\n";
  static final String BOARD_SCRIPT =
      "(() => {\n" + text("drawing.js") + text("figure.js") + text("board.js") + "})();\n";
  static final String UPLOAD_SCRIPT = "(() => {\n" + text("upload.js") + "})();\n";
  static final String STYLE = text(UPLOT + "uPlot.min.css") + text("report.css");
  static final String UPLOAD_STYLE = STYLE + text("upload.css");
  static final String BOARD_STYLE = STYLE + text("board.css");

  private Assets() {}

  /** The hash of a script for the content security policy, which lets no other script run. */
  static String hash(String script) {
    byte[] hash = Sha256.digest().digest(script.getBytes(StandardCharsets.UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
  }

  private static String text(String resource) {
    try (InputStream in = Assets.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("missing from the class path: " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
