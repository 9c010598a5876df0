package dev.onecycle.bench.peers;

import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ours and other trainers, in turn, on the same images and the same network. */
@Command(
    name = "peers",
    description = {
      "Images/s of training, against other trainers on the same images and network.",
      "",
      "Each contestant runs in a process of its own, as its user gets it: the start and a warm-up do"
          + " not count, for any of them. Contestants take turns in every round, and what is compared"
          + " are ratios within a round. DJL and DL4J are built on first use (118 and 150 MB of"
          + " downloads); PyTorch is taken from a Python that has it.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class PeersBench implements Callable<Integer> {
  @Parameters(
      paramLabel = "DATA",
      arity = "0..1",
      defaultValue = "shapes",
      description = "As for train; images of three channels. Default: ${DEFAULT-VALUE}.")
  String location = "shapes";

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Contestants: onecycle, onecycle-step, pytorch-tuned, pytorch-standard, djl, dl4j."
              + " Default: all.")
  List<String> only = Peers.NAMES;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "That count, a turn. Default: ${DEFAULT-VALUE}.")
  double seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "4",
      description = "That do not count, a turn, from its first step on. Default: ${DEFAULT-VALUE}.")
  double warmUp = 4;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description =
          "After which a turn is ended: it counts if a step does. Default: ${DEFAULT-VALUE}.")
  long patience = 180;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Train on N images, evenly picked. Default: all.")
  int limit;

  @Option(
      names = "--model",
      defaultValue = "resnet20",
      description = "resnet20, or any other resnet of depth 6n + 2. Default: ${DEFAULT-VALUE}.")
  String model = "resnet20";

  @Option(names = "--batch-size", defaultValue = "128", description = "Default: ${DEFAULT-VALUE}.")
  int batchSize = 128;

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "A Python that has torch. Default: python3 or /usr/bin/python3.")
  @Nullable String python;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every figure as JSON.")
  @Nullable Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table as Markdown.")
  @Nullable Path markdown;

  @Override
  public Integer call() {
    require();
    Map<String, String> machine = Machine.facts();
    Path checkout = Checkout.root();
    Path folder = folder(checkout);
    Workload contest = new Workload(location, limit, depth(), batchSize);
    Peers contestants = new Peers(checkout, contest.write(folder), Optional.ofNullable(python));
    List<Peer> entries = contestants.entries(only);
    TimedRun heat = new TimedRun(warmUp, seconds, patience, folder);
    List<PeerResult> standings = new ArrayList<>(entries.stream().map(PeerResult::of).toList());
    standings.forEach(PeersBench::printAbsent);
    for (int round = 0;
        round < rounds && ours(standings).map(PeerResult::runs).orElse(true);
        round++) {
      for (int turn = 0; turn < entries.size(); turn++) {
        // Each round begins with another, so that a drift of the machine falls on all of them.
        int i = (round + turn) % entries.size();
        if (standings.get(i).runs()) {
          standings.set(i, run(heat, entries.get(i), standings.get(i), round));
        }
      }
    }
    report(machine, contest, standings);
    return ours(standings).map(PeerResult::runs).orElse(true) ? 0 : 1;
  }

  private void require() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("limit", limit, 0);
    Require.atLeast("batch size", batchSize, 2);
    Require.positive("seconds", seconds);
    Require.atLeast("warm-up", warmUp, 0.0);
    Require.that(
        patience > warmUp + seconds,
        "patience",
        "more than warm-up and seconds together",
        patience,
        patience);
    for (String name : only) {
      Require.that(
          Peers.NAMES.contains(name),
          "a contestant",
          "one of " + String.join(", ", Peers.NAMES),
          name,
          name);
    }
    if (json != null) {
      AtomicFile.requireWritable(json);
    }
    if (markdown != null) {
      AtomicFile.requireWritable(markdown);
    }
  }

  private int depth() {
    boolean known = model.matches("resnet[0-9]{1,4}");
    int depth = known ? Integer.parseInt(model.substring("resnet".length())) : 0;
    return Require.that(
        depth >= 8 && depth % 6 == 2, "model", "a resnet of depth 6n + 2", model, depth);
  }

  private static Path folder(Path checkout) {
    Path folder = checkout.resolve("onecycle-bench/target/peers");
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
  }

  private static Optional<PeerResult> ours(List<PeerResult> standings) {
    return standings.stream().filter(s -> s.name().equals(Peers.OURS)).findFirst();
  }

  private static void printAbsent(PeerResult standing) {
    standing.failure().ifPresent(reason -> print(standing.name(), "does not run: " + reason));
  }

  private static PeerResult run(TimedRun heat, Peer entry, PeerResult standing, int round) {
    try {
      TimedRun.Result result = heat.run(entry);
      print(
          entry.name(),
          Numbers.format(
              "round %d  %,7.0f images/s  %4d steps  loss %.3f  %s",
              round + 1,
              result.imagesPerSecond(),
              result.steps(),
              result.loss(),
              result.hello().setup()));
      return standing.with(result);
    } catch (TimedRun.DoesNotRunException e) {
      String reason = String.valueOf(e.getMessage());
      print(entry.name(), "does not run: " + reason);
      return standing.failed(reason);
    }
  }

  private static void print(String name, String what) {
    System.out.println(Numbers.format("%-16s  %s", name, what));
  }

  private void report(Map<String, String> machine, Workload contest, List<PeerResult> standings) {
    Results results =
        new Results(machine, contest, warmUp, seconds, Results.rows(standings, Peers.OURS));
    List<String> table = PeersTable.lines(results);
    System.out.println();
    table.forEach(System.out::println);
    if (json != null) {
      JsonFile.write(json, results);
    }
    if (markdown != null) {
      AtomicFile.writeText(markdown, String.join("\n", table) + "\n");
    }
  }
}
