package dev.onecycle.bench.scaling;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.error.Require;
import dev.onecycle.torch.train.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Images a second of several layouts of ranks and threads with the same batches, in turn, and the
 * time that ranks take to add up messages of several lengths.
 */
@Command(
    name = "scaling",
    description = {
      "Images/s of ranks and threads on this machine, with the same batch in all layouts, and the"
          + " cost of their exchange.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class ScalingBench implements Callable<Integer> {
  @Option(
      names = "--layouts",
      split = ",",
      paramLabel = "RxT",
      defaultValue = "1x1,1x2,2x1,4x1",
      description =
          "Ranks and threads of each rank; with an s after them, batch norms are synchronized."
              + " Default: ${DEFAULT-VALUE}.")
  List<String> layouts = List.of();

  @Option(names = "--model", defaultValue = "resnet20", description = "Default: ${DEFAULT-VALUE}.")
  String model = "resnet20";

  @Option(
      names = "--batch-size",
      defaultValue = "128",
      description = "Images of a step, over all ranks. Default: ${DEFAULT-VALUE}.")
  int batchSize = 128;

  @Option(
      names = "--precision",
      defaultValue = "auto",
      description = "auto, bf16 or fp32. Default: ${DEFAULT-VALUE}.")
  String precision = "auto";

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Option(
      names = "--steps",
      defaultValue = "60",
      description = "Steps of a round. Default: ${DEFAULT-VALUE}.")
  int steps = 60;

  @Override
  public Integer call() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("steps", steps, 1);
    List<Layout> measured = layouts.stream().map(Layout::parse).toList();
    Engine.environment().forEach((name, value) -> System.out.println("  " + name + ": " + value));
    Map<Layout, List<Double>> speeds = new LinkedHashMap<>();
    Map<Layout, Map<String, List<Double>>> messages = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (Layout layout : measured) {
        Map<String, Double> results = run(layout);
        double speed = results.getOrDefault("images/s", Double.NaN);
        speeds.computeIfAbsent(layout, unused -> new ArrayList<>()).add(speed);
        results.forEach(
            (name, value) ->
                messages
                    .computeIfAbsent(layout, unused -> new LinkedHashMap<>())
                    .computeIfAbsent(name, unused -> new ArrayList<>())
                    .add(value));
        System.out.println(
            String.format(Locale.ROOT, "round %d  %-5s %7.0f images/s", round, layout, speed));
      }
    }
    report(speeds, messages);
    return 0;
  }

  private static void report(
      Map<Layout, List<Double>> speeds, Map<Layout, Map<String, List<Double>>> messages) {
    Layout first = speeds.keySet().iterator().next();
    List<Double> base = speeds.getOrDefault(first, List.of());
    speeds.forEach(
        (layout, own) ->
            System.out.println(
                String.format(
                    Locale.ROOT,
                    "median    %-5s %7.0f images/s   over %s: %.3f",
                    layout,
                    Spread.of(own).median(),
                    first,
                    Spread.of(Spread.ratios(own, base)).median())));
    messages.forEach(
        (layout, results) ->
            results.forEach(
                (name, values) -> {
                  if (name.startsWith("message ")) {
                    long bytes = 4 * Long.parseLong(name.substring("message ".length()));
                    System.out.println(
                        String.format(
                            Locale.ROOT,
                            "median    %-5s sum of %,d bytes: %.3f ms",
                            layout,
                            bytes,
                            1000 * Spread.of(values).median()));
                  }
                }));
  }

  /** The results of rank 0. */
  private Map<String, Double> run(Layout layout) {
    int port = freePort();
    List<Process> others = new ArrayList<>();
    try {
      for (int rank = 1; rank < layout.ranks(); rank++) {
        others.add(start(layout, rank, port, ProcessBuilder.Redirect.DISCARD));
      }
      Process first = start(layout, 0, port, ProcessBuilder.Redirect.PIPE);
      others.add(first);
      Map<String, Double> results = new LinkedHashMap<>();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8))) {
        lines
            .lines()
            .filter(line -> line.startsWith("result "))
            .map(line -> line.substring("result ".length()).split(" = "))
            .forEach(pair -> results.put(pair[0], Double.parseDouble(pair[1])));
      }
      for (Process rank : others) {
        if (rank.waitFor() != 0) {
          throw new IllegalStateException("a rank of " + layout + " failed; see its output");
        }
      }
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      others.forEach(Process::destroyForcibly);
    }
  }

  private Process start(Layout layout, int rank, int port, ProcessBuilder.Redirect output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            RankMain.class.getName(),
            model,
            Integer.toString(batchSize),
            precision,
            Integer.toString(layout.threads()),
            Integer.toString(steps),
            Boolean.toString(layout.ranks() > 1),
            Boolean.toString(layout.synced()));
    Map<String, String> environment = builder.environment();
    if (layout.ranks() > 1) {
      environment.put("RANK", Integer.toString(rank));
      environment.put("WORLD_SIZE", Integer.toString(layout.ranks()));
      environment.put("LOCAL_RANK", Integer.toString(rank));
      environment.put("LOCAL_WORLD_SIZE", Integer.toString(layout.ranks()));
      environment.put("MASTER_ADDR", "127.0.0.1");
      environment.put("MASTER_PORT", Integer.toString(port));
    }
    return builder.redirectOutput(output).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
