package dev.onecycle.cli.server;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.report.board.Board;
import dev.onecycle.report.page.BoardPage;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunCatalog;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves one page over all runs of a folder. */
@Command(
    name = "board",
    description = {
      "Show all runs of a folder on one page in a browser: a table to sort and filter, the curves of"
          + " the ticked runs in one figure, live during training. Only this machine can reach it"
          + " unless --host says otherwise. Ctrl-C ends it.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle board",
      "  onecycle board experiments/ --port 8080",
      "  ssh -L 7007:localhost:7007 MACHINE      see the board of another machine"
    })
public final class BoardCommand implements Callable<Integer> {
  private static final String REPORT = "/report/";

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      defaultValue = "runs",
      description = "The folder of the runs. Default: runs.")
  Path folder = Path.of("runs");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port; 0 chooses a free one. Default: 7007.")
  int port = 7007;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "The address to listen at. Any other than the default lets others see the runs."
              + " Default: 127.0.0.1.")
  String host = "127.0.0.1";

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    int runs = RunCatalog.folders(folder).size();
    Signals.watch();
    Map<String, Object> result = new LinkedHashMap<>();
    try (LocalServer server = serve(folder, host, port)) {
      server.serve(
          console,
          "Board of " + runs + (runs == 1 ? " run" : " runs"),
          "see these runs: names, settings and results");
      result.put("url", server.url());
      result.put("requests", server.requests());
    }
    console.say("Ended.");
    console.result(result);
    return ExitCode.OK;
  }

  /** Starts the server of a board. */
  static LocalServer serve(Path folder, String host, int port) {
    Board board = new Board(folder);
    return LocalServer.start(
        host, port, List.of(), LocalServer.Limits.READING, request -> answer(board, request));
  }

  private static Answer answer(Board board, Request request) {
    String path = request.path();
    if (path.equals("/")) {
      return Answer.page(board.page(), BoardPage.contentPolicy());
    }
    if (path.equals("/api/runs")) {
      return board.runs(request.first("known")).map(Answer::json).orElseGet(Answer::nothing);
    }
    if (path.equals("/api/comparison")) {
      return board
          .comparison(request.all("run"), request.first("known"))
          .map(Answer::json)
          .orElseGet(Answer::nothing);
    }
    if (path.startsWith(REPORT)) {
      return board
          .report(path.substring(REPORT.length()))
          .map(html -> Answer.page(html, RunReport.contentPolicy()))
          .orElseGet(() -> Answer.error(404, "usage", "there is no such run"));
    }
    return Answer.error(404, "usage", "there is no such page");
  }
}
