package dev.onecycle.report.page;

import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Element;

/** Under what a run trained, and how to repeat it. */
final class RunDetailsSection {
  private RunDetailsSection() {}

  static void add(Element parent, RunHistory history) {
    RunRecord record = history.record();
    Html.add(parent, "h2", "Conditions");
    Element conditions = Html.words(parent, "What its results depend on");
    record.conditions().byName().forEach((name, value) -> Html.word(conditions, name, value));
    Html.add(parent, "h2", "Data");
    data(parent, record.data());
    Html.add(parent, "h2", "Repeat it");
    repeat(parent, history);
    Html.add(parent, "h2", "Settings and environment");
    Element settings = Html.words(Html.details(parent, "Settings"), "Every setting");
    record.settings().forEach((name, value) -> setting(settings, name, value));
    Element machine = Html.words(Html.details(parent, "Environment"), "Versions and machine");
    record.environment().forEach((name, value) -> Html.word(machine, name, value));
  }

  private static void data(Element parent, RunRecord.Data data) {
    Element words = Html.words(parent, "What it was trained on");
    Html.word(words, "source", data.source());
    Html.word(words, "fingerprint", data.fingerprint());
    Html.word(
        words,
        "images",
        Numbers.format(
            "%,d to train on, %,d to judge by (%s)",
            data.trainImages(), data.evaluationImages(), data.evaluationName()));
    Html.word(words, "shape [C, H, W]", String.valueOf(data.imageShape()));
    Html.word(words, "classes", Integer.toString(data.classes().size()));
    classes(parent, new ClassNames(data.classes()));
  }

  private static void classes(Element parent, ClassNames classes) {
    int listed = Math.min(classes.count(), ClassNames.LISTED);
    Element details = Html.details(parent, "Names of the classes");
    if (listed < classes.count()) {
      Html.add(details, "p", Numbers.format("The first %,d; all are in run.json.", listed));
    }
    Element names = Html.add(details, "ol").attr("start", "0");
    for (int label = 0; label < listed; label++) {
      Html.name(Html.add(names, "li"), classes.of(label));
    }
  }

  private static void repeat(Element parent, RunHistory history) {
    RunRecord record = history.record();
    Object seed = record.settings().get("seed");
    if (seed != null) {
      Html.add(
          parent,
          "p",
          "Seed "
              + seed
              + " draws the first weights, the order of the images, their crops and the dropout. The"
              + " same seed, threads and machine repeat every bit.");
    }
    Html.add(parent, "pre", Shell.line(record.command()));
    if (record.status() != Status.FINISHED && !record.config().isEmpty()) {
      Html.add(parent, "p", "Where it has ended early, go on from its last checkpoint:");
      Html.add(parent, "pre", Shell.line(List.of("onecycle", "resume", history.name())));
    }
    Html.add(parent, "p", "Judge its model by other images, or draw its figures for a paper:");
    Html.add(
        parent,
        "pre",
        Shell.line(List.of("onecycle", "evaluate", history.name(), record.data().source()))
            + "\n"
            + Shell.line(List.of("onecycle", "report", history.name(), "--figures", "figures")));
  }

  private static void setting(Element settings, String name, Object value) {
    if (value instanceof Map<?, ?> parts) {
      parts.forEach((part, v) -> Html.word(settings, name + ", " + part, String.valueOf(v)));
    } else {
      Html.word(settings, name, String.valueOf(value));
    }
  }
}
