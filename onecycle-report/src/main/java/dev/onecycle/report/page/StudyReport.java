package dev.onecycle.report.page;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.claims.ManyClaims;
import dev.onecycle.report.claims.Quantity;
import dev.onecycle.report.claims.StudyResult;
import dev.onecycle.report.claims.StudyTables;
import dev.onecycle.report.claims.StudyTables.Grid;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.text.Texts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page of an experiment, as HTML and as Markdown.
 *
 * @param result of the experiment
 * @param runs whose curves are shown, by distinct names
 * @param ranges whose curves are shown, by name
 */
public record StudyReport(
    StudyResult result, List<RunHistory> runs, Map<String, RangeResult> ranges) {
  private static final int MAX_COLUMNS = 120;

  /** The first line of a page that is written as a whole. */
  private static final String WRITTEN =
      "<!-- onecycle reproduce --results writes this page, and overwrites it -->";

  private static final String END = "<!-- end -->";

  /** The part with the number of claims by their verdicts. */
  private static final String ALL = "all";

  private static final Pattern BEGINNING = Pattern.compile("<!-- results of (.+) -->");

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

  /**
   * A Markdown page of experiments of one campaign.
   *
   * @param reports of them, at least one
   */
  public static String markdown(String title, List<StudyReport> reports) {
    StringBuilder text = new StringBuilder(WRITTEN).append("\n\n# ");
    text.append(line(title)).append("\n\n");
    new StudyTables(reports.get(0).result)
        .method()
        .forEach(sentence -> text.append(item(line(sentence))));
    if (reports.size() > 1) {
      text.append('\n').append(overview(reports));
    }
    reports.forEach(report -> text.append('\n').append(report.section()));
    return text.toString();
  }

  /**
   * A Markdown page with the tables and verdicts of experiments written anew, and all other lines
   * kept: a line {@code <!-- results of NAME -->} begins the part of an experiment, and a line
   * {@code <!-- end -->} ends it. Parts of experiments that are not among the reports stay as they
   * are. The part {@code all} counts the verdicts; it is written where no other part stays.
   *
   * @throws InvalidValueException naming a part without an end
   */
  public static String filled(String page, List<StudyReport> reports) {
    List<String> names = parts(page);
    List<StudyReport> shown = reports.stream().filter(one -> names.contains(one.name())).toList();
    Map<String, String> parts = new HashMap<>();
    List<String> written = shown.stream().map(StudyReport::name).toList();
    if (names.stream().allMatch(name -> name.equals(ALL) || written.contains(name))) {
      parts.put(beginning(ALL), overview(shown));
    }
    shown.forEach(report -> parts.put(beginning(report.name()), report.tablesAndVerdicts()));
    StringBuilder text = new StringBuilder();
    Iterator<String> lines = page.lines().iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      text.append(line).append('\n');
      String part = parts.get(line);
      if (part != null) {
        skipToEnd(lines);
        text.append('\n').append(part).append('\n').append(END).append('\n');
      }
    }
    return text.toString();
  }

  /** Whether a Markdown page was written as a whole, and may be written anew. */
  public static boolean isWritten(String page) {
    return page.startsWith(WRITTEN + "\n");
  }

  /**
   * The names of the experiments whose parts a Markdown page has, to be {@link #filled}.
   *
   * @throws InvalidValueException naming a part without an end
   */
  public static List<String> parts(String page) {
    List<String> names = new ArrayList<>();
    boolean open = false;
    for (String line : page.lines().toList()) {
      Matcher beginning = BEGINNING.matcher(line);
      if (beginning.matches()) {
        requireEnd(!open, names);
        names.add(beginning.group(1));
      }
      open = beginning.matches() || open && !line.equals(END);
    }
    requireEnd(!open, names);
    return names;
  }

  private static void requireEnd(boolean ended, List<String> names) {
    if (!ended) {
      throw Require.invalid(
          "the part after " + beginning(names.get(names.size() - 1)),
          "ended by a line " + END,
          "without an end",
          "add the line, or name another file by --results");
    }
  }

  private static String beginning(String name) {
    return "<!-- results of " + name + " -->";
  }

  private String name() {
    return result.about().name();
  }

  private static void skipToEnd(Iterator<String> lines) {
    while (!lines.next().equals(END)) {
      // The old part.
    }
  }

  /** The number of claims of each experiment by their verdicts, and those that stay decided. */
  private static String overview(List<StudyReport> reports) {
    ManyClaims claims = new ManyClaims(reports.stream().map(StudyReport::result).toList());
    StringBuilder text = new StringBuilder();
    table(text, claims.table());
    text.append(item(line(claims.sentence())));
    claims.sentences().forEach(sentence -> text.append(item(line(sentence))));
    return text.toString();
  }

  private String section() {
    StudyTables tables = new StudyTables(result);
    StringBuilder text = new StringBuilder();
    text.append("## ").append(line(result.about().title())).append("\n\n");
    text.append(tables.outcome()).append("\n\n");
    text.append(tablesAndVerdicts());
    text.append("\n```sh\n").append(result.about().command()).append("\n```\n\n");
    text.append("<details><summary>Source, machines, rules, every run</summary>\n\n");
    text.append(item(line(tables.source())));
    tables.machines().forEach(sentence -> text.append(item(line(sentence))));
    tables.conclusions().forEach(conclusion -> text.append(item(line(conclusion.rule()))));
    text.append('\n');
    table(text, tables.runs().without("machine"));
    text.append("</details>\n");
    return text.toString();
  }

  private String tablesAndVerdicts() {
    StudyTables tables = new StudyTables(result);
    StringBuilder text = new StringBuilder();
    // The table of all runs has the accuracy on held-out images; here a row must fit into a window.
    table(text, tables.results().without(Quantity.VALIDATION_ACCURACY.title()));
    if (!result.grids().isEmpty()) {
      text.append(StudyTables.GRIDS).append(":\n\n");
      table(text, tables.grids());
    }
    tables.notes().forEach(note -> text.append(item(line(note))));
    text.append('\n');
    for (StudyTables.Conclusion conclusion : tables.conclusions()) {
      String kind = Texts.capitalized(conclusion.kind().toString());
      text.append(item("**" + kind + "**: " + line(conclusion.text())));
    }
    return text.toString();
  }

  /** An item of a list, in lines that fit into a window. */
  private static String item(String text) {
    StringBuilder item = new StringBuilder("-");
    int column = 1;
    for (String word : text.split("\\s+")) {
      if (column + 1 + word.length() > MAX_COLUMNS) {
        item.append("\n ");
        column = 1;
      }
      item.append(' ').append(word);
      column += 1 + word.length();
    }
    return item.append('\n').toString();
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
