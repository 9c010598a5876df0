package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.console.Table;
import dev.onecycle.error.Require;
import dev.onecycle.selftest.SelfTest;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.GroupResult;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the self-test: it checks the promises about faults on this machine. */
@Command(
    name = "selftest",
    description = {
      "Check the promises about faults on this machine: exact resume, kill -9, damaged"
          + " checkpoints, full disks, bad input, signals.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle selftest                   a part of the cases, about 3 minutes",
      "  onecycle selftest --full            all of them, at most 20 minutes on two cores",
      "  onecycle selftest --only resume"
    })
public final class SelftestCommand implements Callable<Integer> {
  @Option(names = "--full", description = "Every case. Default: a part that takes about 3 minutes.")
  boolean full;

  @Option(
      names = "--only",
      paramLabel = "GROUP",
      split = ",",
      description = "Only these groups, by the names in the table.")
  @Nullable List<String> only;

  @Mixin OutputOptions output = new OutputOptions();

  private final Program program;

  /**
   * Creates the command for a command line under test.
   *
   * @param mainClass class that starts the command line in a process of its own
   * @param commandLine creates the command line in this process
   */
  public SelftestCommand(Class<?> mainClass, Supplier<CommandLine> commandLine) {
    program =
        new Program(
            mainClass.getName(),
            (out, err, words) -> commandLine.get().setOut(out).setErr(err).execute(words));
  }

  @Override
  public Integer call() {
    Console console = output.console();
    Signals.watch();
    List<GroupResult> results = new ArrayList<>();
    for (Group group : chosen()) {
      try (Bar bar = new Bar(console, group.name(), group.cases().size(), " cases")) {
        results.add(SelfTest.run(group, done -> progress(bar, done)));
      }
    }
    show(console, results);
    return GroupResult.allHeld(results) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static void progress(Bar bar, int done) {
    if (Signals.stopRequested()) {
      throw new CancellationException();
    }
    bar.at(done, "");
  }

  private List<Group> chosen() {
    List<Group> all = SelfTest.groups(full ? Tier.FULL : Tier.QUICK, program);
    if (only == null) {
      return all;
    }
    List<String> names = all.stream().map(Group::name).toList();
    for (String name : only) {
      Require.that(names.contains(name), "--only", "among " + names, name, name);
    }
    List<String> wanted = only;
    return all.stream().filter(group -> wanted.contains(group.name())).toList();
  }

  private static void show(Console console, List<GroupResult> results) {
    Table table = new Table("group", "cases", "held", "seconds", "promise");
    for (GroupResult result : results) {
      table.row(
          result.group().name(),
          "" + result.cases(),
          "" + result.held(),
          Numbers.format("%.1f", result.seconds()),
          result.group().promise());
    }
    table.lines().forEach(console::answer);
    for (GroupResult result : results) {
      if (!result.measurements().isEmpty()) {
        console.answer("measured: " + result.group().name() + ": " + result.measurements());
      }
      result
          .failures()
          .forEach(
              (name, why) ->
                  console.answer("failed: " + result.group().name() + ", " + name + ": " + why));
      result
          .notTried()
          .forEach(
              (name, why) ->
                  console.answer("not tried: " + result.group().name() + ", " + name + ": " + why));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("held", GroupResult.allHeld(results));
    values.put("groups", results.stream().map(SelftestCommand::json).toList());
    if (GroupResult.allHeld(results)) {
      console.result(values);
    } else {
      console.result(values, "a promise did not hold", ExitCode.SOFTWARE);
    }
  }

  private static Map<String, Object> json(GroupResult result) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("group", result.group().name());
    values.put("promise", result.group().promise());
    values.put("cases", result.cases());
    values.put("held", result.held());
    values.put("failures", result.failures());
    values.put("not_tried", result.notTried());
    values.put("seconds", result.seconds());
    values.put("measurements", result.measurements());
    return values;
  }
}
