package dev.onecycle.report.page;

import dev.onecycle.run.Classification;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.util.Base64;
import java.util.List;
import org.jsoup.nodes.Element;

/** The misclassified images: confusion matrix or most confused pairs, and the worst mistakes. */
final class ConfusionSection {
  private static final int MAX_MATRIX_CLASSES = 25;
  private static final int MAX_PAIRS = 40;

  /** Longer names would make the columns of the matrix too wide. */
  private static final int MAX_HEADING = 16;

  private final Classification classification;
  private final ClassificationRecord record;
  private final ClassNames classes;
  private final String images;

  private ConfusionSection(ClassificationRecord record, List<String> classes, String images) {
    this.record = record;
    this.classification = record.classification();
    this.classes = new ClassNames(classes);
    this.images = images;
  }

  /**
   * Adds the section.
   *
   * @param classes by label
   * @param images name of the evaluation images: "test", "val"
   */
  static void add(
      Element parent, ClassificationRecord record, List<String> classes, String images) {
    new ConfusionSection(record, classes, images).fill(parent);
  }

  private void fill(Element parent) {
    Html.add(parent, "h2", "Misclassified images");
    int wrong = classification.images() - classification.correct();
    Html.add(
        parent,
        "p",
        Numbers.format(
            "%,d of %s %s misclassified after epoch %d.",
            wrong,
            Counts.images(classification.images(), images),
            wrong == 1 ? "is" : "are",
            record.epoch() + 1));
    if (classes.count() <= MAX_MATRIX_CLASSES) {
      matrix(parent);
    } else {
      pairs(parent);
    }
    byClass(parent);
    worst(parent);
  }

  /** Adds the matrix: mistakes are orange, deeper for a larger share of the row; zeros are grey. */
  private void matrix(Element parent) {
    Html.add(parent, "h3", "Confusion matrix");
    boolean numbered = classes.longest() > MAX_HEADING;
    Html.add(
            parent,
            "p",
            "Images by true class (rows) and predicted class (columns). Mistakes are orange."
                + (numbered ? " The columns have the numbers of the rows." : ""))
        .addClass("soft");
    Element box = Html.add(parent, "div").addClass("confusion").attr("tabindex", "0");
    box.attr("role", "region").attr("aria-label", "Confusion matrix");
    Element table = Html.add(box, "table").attr("id", "confusion");
    if (numbered) {
      table.addClass("numbered");
    }
    Element head = Html.add(Html.add(table, "thead"), "tr");
    Html.add(head, "td");
    for (int predicted = 0; predicted < classes.count(); predicted++) {
      Element column = Html.add(head, "th").attr("scope", "col");
      if (numbered) {
        Html.add(column, "abbr", Integer.toString(predicted))
            .attr("title", Texts.clean(classes.of(predicted)));
      } else {
        Html.name(column, classes.of(predicted));
      }
    }
    Element body = Html.add(table, "tbody");
    List<Classification.ClassCount> counts = classification.byClass(classes.count());
    for (int label = 0; label < classes.count(); label++) {
      Element row = Html.add(body, "tr");
      Element name = Html.add(row, "th").attr("scope", "row");
      if (numbered) {
        name.appendText(label + "\u00A0 ");
      }
      Html.name(name, classes.of(label));
      for (int predicted = 0; predicted < classes.count(); predicted++) {
        int count = classification.count(label, predicted);
        double share = count / (double) Math.max(1, counts.get(label).images());
        Element cell = Html.add(row, "td", Integer.toString(count));
        if (count == 0) {
          cell.addClass("zero");
        } else if (label == predicted) {
          cell.addClass("correct");
        } else {
          cell.attr(
              "style", Numbers.format("background:rgba(var(--mistake),%.3f)", 0.15 + 0.7 * share));
        }
      }
    }
  }

  private void pairs(Element parent) {
    List<Classification.Cell> most = classification.mostConfused(MAX_PAIRS);
    Html.add(
        parent,
        "p",
        Numbers.format(
            "A matrix of %,d classes is too large to read. The table has the %d most confused"
                + " pairs.",
            classes.count(), most.size()));
    Element body =
        Html.table(
            parent, "Most confused pairs", List.of("images", "true class", "predicted class"));
    for (Classification.Cell cell : most) {
      Element row = Html.add(body, "tr");
      Html.add(row, "td", Integer.toString(cell.count()));
      Html.name(Html.add(row, "td"), classes.of(cell.label()));
      Html.name(Html.add(row, "td"), classes.of(cell.predicted()));
    }
  }

  private void byClass(Element parent) {
    List<Classification.ClassCount> counts = classification.byClass(classes.count());
    boolean all = counts.size() <= ClassNames.MAX_LISTED;
    Element details = Html.details(parent, "Recall and precision by class");
    Element body =
        Html.table(
            details,
            all ? "All classes" : Numbers.format("The first %,d classes", ClassNames.MAX_LISTED),
            List.of("class", "images", "correct", "recall, %", "precision, %"));
    for (Classification.ClassCount count : counts.stream().limit(ClassNames.MAX_LISTED).toList()) {
      Element row = Html.add(body, "tr");
      Html.name(Html.add(row, "td"), classes.of(count.label()));
      Html.add(row, "td", Integer.toString(count.images()));
      Html.add(row, "td", Integer.toString(count.correct()));
      Html.add(row, "td", percent(count.recall()));
      Html.add(row, "td", percent(count.precision()));
    }
  }

  private void worst(Element parent) {
    List<Classification.Mistake> worst = classification.worst();
    if (worst.isEmpty()) {
      return;
    }
    Html.add(parent, "h3", "Worst mistakes");
    Element list = Html.add(parent, "ul").addClass("mistakes");
    for (int i = 0; i < worst.size(); i++) {
      Classification.Mistake mistake = worst.get(i);
      Element item = Html.add(list, "li");
      if (i < record.pictures().size()) {
        picture(item, mistake, record.pictures().get(i).png());
      }
      prediction(item, "true: ", mistake.label(), mistake.confidence().label());
      prediction(item, "predicted: ", mistake.predicted(), mistake.confidence().predicted());
      Html.name(Html.add(item, "div").addClass("soft"), mistake.origin());
    }
  }

  private void prediction(Element item, String role, int label, double probability) {
    Element line = Html.add(item, "div");
    line.appendText(role);
    Html.name(line, classes.of(label));
    line.appendText(" (" + percent(probability) + "\u00A0%)");
  }

  private void picture(Element item, Classification.Mistake mistake, byte[] png) {
    String alt = classes.of(mistake.label()) + " predicted as " + classes.of(mistake.predicted());
    Html.add(item, "img")
        .attr("alt", Texts.clean(alt))
        .attr("src", "data:image/png;base64," + Base64.getEncoder().encodeToString(png));
  }

  private static String percent(double share) {
    return Double.isFinite(share) ? Numbers.format("%.1f", 100 * share) : "–";
  }
}
