package dev.onecycle.report.page;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.claims.StudyResult;
import dev.onecycle.report.claims.StudyTables;
import dev.onecycle.report.claims.StudyTables.Grid;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.text.Texts;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The page of an experiment, as HTML and as Markdown.
 *
 * @param result of the experiment
 * @param runs whose curves are shown, by distinct names
 * @param ranges whose curves are shown, by name
 */
public record StudyReport(
    StudyResult result, List<RunHistory> runs, Map<String, RangeResult> ranges) {
  public StudyReport {
    runs = List.copyOf(runs);
    ranges = Collections.unmodifiableMap(new LinkedHashMap<>(ranges));
  }

  /** One self-contained HTML page, readable without a script. */
  public String html() {
    return StudyPage.html(this);
  }

  /**
   * Writes the HTML page, completely or not at all.
   *
   * @throws CannotWriteException naming the file
   */
  public void write(Path file) {
    AtomicFile.writeText(file, html());
  }

  /** The tables as a section of a Markdown page. */
  public String markdown() {
    StudyTables tables = new StudyTables(result);
    StringBuilder text = new StringBuilder();
    text.append("## ").append(line(result.about().title())).append("\n\n");
    text.append(tables.outcome()).append("\n\n");
    table(text, tables.claims());
    table(text, tables.results());
    tables.method().forEach(sentence -> text.append("- ").append(line(sentence)).append('\n'));
    text.append("\n```sh\n").append(result.about().command()).append("\n```\n\n");
    text.append("<details><summary>Every run</summary>\n\n");
    table(text, tables.runs());
    text.append("</details>\n");
    return text.toString();
  }

  private static void table(StringBuilder text, Grid grid) {
    row(text, grid.headings());
    text.append("|").append("---|".repeat(grid.headings().size())).append('\n');
    grid.rows().forEach(cells -> row(text, cells));
    text.append('\n');
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append('|');
    cells.forEach(cell -> text.append(' ').append(line(cell).replace("|", "\\|")).append(" |"));
    text.append('\n');
  }

  /** A text of one line that Markdown shows as it is. */
  private static String line(String text) {
    return Texts.clean(text).replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_");
  }
}
