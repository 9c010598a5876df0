package dev.onecycle.cli.server;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.error.Require;
import dev.onecycle.text.Bytes;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import dev.onecycle.torch.settings.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves predictions of a model over HTTP. */
@Command(
    name = "serve",
    description = {
      "Serve predictions of a model over HTTP: JSON for programs, and a page that takes a picture."
          + " Only this machine can reach it unless --host says otherwise. Ctrl-C ends it.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle serve runs/NAME",
      "  onecycle serve runs/NAME --port 8080 --max-size 5m",
      "  curl --data-binary @cat.jpg 'http://localhost:7008/api/predict?top=3'"
    })
public final class ServeCommand implements Callable<Integer> {
  @Mixin ModelArgument model = new ModelArgument();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port; 0 chooses a free one. Default: 7008.")
  int port = 7008;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "The address to listen at. Any other than the default lets others ask the model."
              + " Default: 127.0.0.1.")
  String host = "127.0.0.1";

  @Option(
      names = "--public-name",
      split = ",",
      paramLabel = "NAME",
      description =
          "A further name by which browsers call the server, such as the name of a proxy before it."
              + " May be given repeatedly.")
  List<String> publicNames = List.of();

  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      description = "The largest request, at most 1g; others are refused unread. Default: 16m.")
  String maxSize = "16m";

  @Option(
      names = "--max-requests",
      paramLabel = "N",
      description =
          "Requests that are answered at the same time. Eight times as many wait, at most 10"
              + " seconds; others are refused with status 503. Default: 16.")
  int maxRequests = 16;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      description = "The most samples that are computed together. Default: 32.")
  int maxBatch = PredictorOptions.defaults().maxBatch();

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      description = "auto, bf16 or fp32. Default: auto, the fastest on this machine.")
  Precision precision = Precision.AUTO;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute. Default: one per core.")
  int threads;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Require.that(
        maxRequests >= 1 && maxRequests <= 1024,
        "--max-requests",
        "in [1, 1024]",
        maxRequests,
        maxRequests);
    int most = bytes();
    ModelFile file = model.read();
    Signals.watch();
    PredictorOptions options =
        PredictorOptions.defaults()
            .withPrecision(precision)
            .withThreads(threads)
            .withMaxBatch(maxBatch);
    Map<String, Object> result = new LinkedHashMap<>();
    try (Predictor predictor = Predictor.of(file, options);
        LocalServer server = serve(predictor, host, port, publicNames, most, maxRequests)) {
      server.serve(console, "Predictions of " + file.network().name(), "ask the model");
      result.put("url", server.url());
      result.put("requests", server.requests());
    }
    console.say("Ended.");
    console.result(result);
    return ExitCode.OK;
  }

  private int bytes() {
    OptionalLong bytes = Bytes.parse(maxSize);
    Require.that(
        bytes.isPresent() && bytes.getAsLong() > 0 && bytes.getAsLong() <= 1 << 30,
        "--max-size",
        "an amount such as 16m, at most 1g,",
        maxSize,
        maxSize);
    return (int) bytes.getAsLong();
  }

  /** Starts the server of a predictor. */
  static LocalServer serve(
      Predictor predictor,
      String host,
      int port,
      List<String> names,
      int maxBytes,
      int maxRequests) {
    LocalServer.Limits limits =
        new LocalServer.Limits(
            maxRequests, 8 * maxRequests, maxBytes, LocalServer.Limits.LONGEST_WAIT);
    return LocalServer.start(host, port, names, limits, new PredictionService(predictor));
  }
}
