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

/** The speed of onecycle and of other trainers, in turn, on the same images and network. */
@Command(
    name = "peers",
    description = {
      "Images/s of training, against other trainers on the same images and network.",
      "",
      "Each peer runs in a process of its own, with its own defaults; its start and a warm-up do not"
          + " count. Peers take turns in every round, and the ratios within a round are compared."
          + " DJL and DL4J are built on first use (118 and 150 MB of downloads); PyTorch is taken"
          + " from a Python that has it.",
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
          "Peers: onecycle, onecycle-step, pytorch-tuned, pytorch-standard, djl, dl4j."
              + " Default: all.")
  List<String> only = Peers.NAMES;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured time of a turn. Default: ${DEFAULT-VALUE}.")
  double seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "4",
      description =
          "Time of a turn that does not count, from its first step. Default: ${DEFAULT-VALUE}.")
  double warmUp = 4;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "180",
      description =
          "Limit of a turn; after it, the turn counts if a step does. Default: ${DEFAULT-VALUE}.")
  double timeout = 180;

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

  @Option(names = "--json", paramLabel = "FILE", description = "Write all results as JSON.")
  @Nullable Path json;

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table as Markdown.")
  @Nullable Path markdown;

  @Override
  public Integer call() {
    require();
    Map<String, String> machine = Machine.facts();
    Path checkout = Checkout.root();
    Path folder = folder(checkout);
    Workload workload = new Workload(location, limit, depth(), batchSize);
    Peers catalog = new Peers(checkout, workload.write(folder), Optional.ofNullable(python));
    List<Peer> peers = catalog.named(only);
    TimedRun timedRun = new TimedRun(warmUp, seconds, timeout, folder);
    List<PeerResult> results = rounds(timedRun, peers, rounds);
    report(machine, workload, results);
    return onecycle(results).map(PeerResult::runs).orElse(true) ? 0 : 1;
  }

  /** The peers in turn, round by round; onecycle's failure ends them. */
  static List<PeerResult> rounds(TimedRun timedRun, List<Peer> peers, int rounds) {
    List<PeerResult> results = new ArrayList<>(peers.stream().map(PeerResult::of).toList());
    results.forEach(PeersBench::printAbsent);
    for (int round = 0;
        round < rounds && onecycle(results).map(PeerResult::runs).orElse(true);
        round++) {
      for (int turn = 0; turn < peers.size(); turn++) {
        // Each round begins with another peer, so that a drift of the machine falls on all of them.
        int i = (round + turn) % peers.size();
        if (results.get(i).runs()) {
          results.set(i, run(timedRun, peers.get(i), results.get(i), round));
        }
      }
    }
    return results;
  }

  private void require() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("limit", limit, 0);
    Require.atLeast("batch size", batchSize, 2);
    Require.positive("seconds", seconds);
    Require.atLeast("warm-up", warmUp, 0.0);
    Require.that(
        timeout > warmUp + seconds,
        "timeout",
        "more than warm-up and seconds together",
        timeout,
        timeout);
    for (String name : only) {
      Require.that(
          Peers.NAMES.contains(name),
          "a peer",
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

  static Path folder(Path checkout) {
    Path folder = checkout.resolve("onecycle-bench/target/peers");
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
  }

  static Optional<PeerResult> onecycle(List<PeerResult> results) {
    return results.stream().filter(result -> result.name().equals(Peers.ONECYCLE)).findFirst();
  }

  private static void printAbsent(PeerResult result) {
    result.failure().ifPresent(reason -> print(result.name(), "does not run: " + reason));
  }

  private static PeerResult run(TimedRun timedRun, Peer peer, PeerResult before, int round) {
    try {
      TimedRun.Result result = timedRun.run(peer);
      print(
          peer.name(),
          Numbers.format(
              "round %d  %,7.0f images/s  %4d steps  loss %.3f  %s",
              round + 1,
              result.samplesPerSecond(),
              result.steps(),
              result.loss(),
              result.hello().setup()));
      return before.with(result);
    } catch (TimedRun.DoesNotRunException e) {
      String reason = String.valueOf(e.getMessage());
      print(peer.name(), "does not run: " + reason);
      return before.failed(reason);
    }
  }

  private static void print(String name, String text) {
    System.out.println(Numbers.format("%-16s  %s", name, text));
  }

  private void report(Map<String, String> machine, Workload workload, List<PeerResult> results) {
    report(
        new Results(machine, workload, warmUp, seconds, Results.rows(results, Peers.ONECYCLE)),
        Optional.ofNullable(json),
        Optional.ofNullable(markdown));
  }

  /** Prints the table of the results, and writes them to files. */
  static void report(Results results, Optional<Path> json, Optional<Path> markdown) {
    List<String> table = PeersTable.lines(results);
    System.out.println();
    table.forEach(System.out::println);
    json.ifPresent(file -> JsonFile.write(file, results));
    markdown.ifPresent(file -> AtomicFile.writeText(file, String.join("\n", table) + "\n"));
  }
}
