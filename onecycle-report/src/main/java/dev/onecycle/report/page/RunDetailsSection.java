package dev.onecycle.report.page;

import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.Task;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.text.Texts;
import java.util.ArrayList;
import java.util.List;
import org.jsoup.nodes.Element;

/** The conditions, data, commands, settings and environment of a run. */
final class RunDetailsSection {
  private RunDetailsSection() {}

  static void add(Element parent, RunHistory history, String path) {
    RunRecord record = history.record();
    Html.add(parent, "h2", "Conditions");
    Element conditions = Html.properties(parent, "Everything that the losses depend on");
    record
        .conditions()
        .byName()
        .forEach((name, value) -> Html.property(conditions, name.replace('_', ' '), value));
    Html.add(parent, "h2", "Data");
    data(parent, record);
    Html.add(parent, "h2", "Repeat this run");
    repeat(parent, history, path);
    settings(parent, record);
  }

  private static void settings(Element page, RunRecord record) {
    Element parent = Html.add(page, "section").addClass("folded");
    Html.add(parent, "h2", "Settings and environment");
    Element settings =
        Html.properties(Html.details(parent, "Settings"), "All settings with the values used");
    record.settings().forEach((name, value) -> Html.property(settings, name, text(value)));
    Element machine = Html.properties(Html.details(parent, "Environment"), "Versions and machine");
    record
        .environment()
        .forEach((name, value) -> Html.property(machine, name.replace('_', ' '), value));
  }

  private static String text(Object value) {
    return value instanceof Double number ? Numbers.exact(number) : String.valueOf(value);
  }

  private static void data(Element parent, RunRecord record) {
    RunRecord.Data data = record.data();
    Task task = record.task();
    Element words =
        Html.properties(parent, Texts.capitalized(task.noun()) + " for training and evaluation");
    Html.property(words, "source", data.source());
    Html.property(words, "fingerprint", data.fingerprint());
    Html.property(
        words,
        task.noun(),
        Numbers.format(
            "%,d for training; evaluated on %s",
            data.trainImages(),
            Counts.samples(data.evaluationImages(), data.evaluationName(), task.noun())));
    Html.property(
        words,
        task.noun().equals("images") ? "shape [C, H, W]" : "shape",
        String.valueOf(data.imageShape()));
    if (task.hasClasses()) {
      Html.property(words, "classes", Integer.toString(data.classes().size()));
      classes(parent, new ClassNames(data.classes()));
    } else {
      Html.property(words, task.targets(), String.join(", ", task.names()));
    }
  }

  private static void classes(Element parent, ClassNames classes) {
    int listed = Math.min(classes.count(), ClassNames.MAX_LISTED);
    Element details = Html.details(parent, "Names of the classes");
    if (listed < classes.count()) {
      Html.add(details, "p", Numbers.format("The first %,d classes; run.json has all.", listed));
    }
    Element names = Html.add(details, "ol").attr("start", "0");
    for (int label = 0; label < listed; label++) {
      Html.name(Html.add(names, "li"), classes.of(label));
    }
  }

  private static void repeat(Element parent, RunHistory history, String path) {
    RunRecord record = history.record();
    if (record.task().byProgram()) {
      Html.add(
          parent,
          "p",
          "The run is one of a program's own data and network: the program trains again, resumes it"
              + " by TrainingJob.resume, and loads its model by Learner.load.");
      Html.add(parent, "p", "Write the figures as files:");
      command(parent, "report", path, "--figures", path + "/figures");
      return;
    }
    Object seed = record.settings().get("seed");
    if (seed != null) {
      Html.add(
          parent,
          "p",
          "Seed "
              + seed
              + " determines the initial weights, the order of the images, their crops and the"
              + " dropout. With the same seed, threads and machine, the run repeats bit for bit.");
    }
    Html.add(parent, "p", "Train again:");
    command(parent, record.command().stream().skip(1).toArray(String[]::new));
    if (record.status() == Status.DIVERGED) {
      Html.add(parent, "p", "Go on from before the losses rose, with a third of the rates:");
      command(parent, "resume", path, "--on-divergence", "retry");
    } else if (record.status() != Status.FINISHED && !record.config().isEmpty()) {
      Html.add(parent, "p", "If the run has ended early, resume it from its last checkpoint:");
      command(parent, "resume", path);
    }
    if (record.endedInOrder()) {
      Html.add(parent, "p", "Evaluate the model on the images that the run held out:");
      command(parent, "evaluate", path);
    }
    Html.add(parent, "p", "Write the figures as files:");
    command(parent, "report", path, "--figures", path + "/figures");
  }

  private static void command(Element parent, String... words) {
    List<String> line =
        new ArrayList<>(List.of(System.getProperty("onecycle.command", "onecycle")));
    line.addAll(List.of(words));
    Html.add(parent, "pre", Shell.line(line));
  }
}
