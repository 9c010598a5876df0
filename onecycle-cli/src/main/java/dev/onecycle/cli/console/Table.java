package dev.onecycle.cli.console;

import java.util.ArrayList;
import java.util.List;

/** Rows of text under headings, every column as wide as it must be. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  public Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  /** The lines; numbers stand to the right of their columns, the last column to the left. */
  public List<String> lines() {
    int columns = rows.get(0).size();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = row.get(c);
        int column = c;
        int width = rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
        String gap = " ".repeat(width - cell.length());
        line.append("  ").append(c == columns - 1 ? cell : gap + cell);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
