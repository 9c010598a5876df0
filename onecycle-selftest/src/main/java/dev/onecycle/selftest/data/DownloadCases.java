package dev.onecycle.selftest.data;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.download.RemoteFile;
import dev.onecycle.selftest.data.Server.Answer;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/** Cases of downloads from faulty servers and of damaged caches. */
final class DownloadCases {
  static final String NAME = "downloads";

  private DownloadCases() {}

  static List<Case> all() {
    return List.of(
        refused(
            "wrong hash",
            (request, number) -> request.send(200, "application/gzip", new byte[200_000], 0),
            "the downloaded file must have SHA-256"),
        refused(
            "short body",
            (request, number) -> request.send(200, "application/gzip", new byte[1000], 0),
            "has 1000 bytes instead of 200000"),
        refused(
            "web page",
            (request, number) -> request.send(200, "text/html", new byte[200_000], 0),
            "a web page instead of the file"),
        refused("404", (request, number) -> request.status(404), "the server answers 404"),
        fetched(
            "500, then the file",
            (request, number) -> {
              if (number == 1) {
                request.status(500);
              } else {
                request.sendWhole();
              }
            },
            2),
        fetched("connection that breaks, continued where it broke", DownloadCases::breaks, 2),
        refused(
            "redirects in a circle", (request, number) -> request.redirect("/round"), "redirect"),
        new Case("https that redirects to http", DownloadCases::downgrade),
        refused(
            "server that falls silent",
            (request, number) -> request.sendSome(10, () -> pause(1500)),
            "timed out"),
        new Case("part of an earlier try", DownloadCases::continued),
        new Case("two processes at once", DownloadCases::twoAtOnce),
        new Case("poisoned cache", DownloadCases::poisoned));
  }

  private static void breaks(Server.Request request, int number) throws IOException {
    if (number == 1) {
      request.sendSome(70_000, () -> {});
    } else {
      request.sendRest();
    }
  }

  /** A case in which no file gets the name under which it would be read. */
  private static Case refused(String name, Answer answer, String reason) {
    return new Case(
        name,
        folder -> {
          try (Server server = new Server(answer)) {
            RemoteFile file = server.file();
            Timed.refused(
                () -> Server.downloader(folder).get(file), file.uri() + "", NOT_DOWNLOADED, reason);
            requireUnread(folder);
          }
        });
  }

  private static final String NOT_DOWNLOADED = " was not downloaded: ";

  private static Case fetched(String name, Answer answer, int requests) {
    return new Case(
        name,
        folder -> {
          try (Server server = new Server(answer)) {
            requireFetched(server, folder);
            Expect.equal(requests, server.ranges().size(), "the number of requests");
          }
        });
  }

  private static void requireFetched(Server server, Path folder) throws Exception {
    Path file = Timed.within(() -> Server.downloader(folder).get(server.file()));
    Expect.that(
        Arrays.equals(server.content(), Files.readAllBytes(file)),
        () -> "the file must equal the server's");
  }

  private static void requireUnread(Path folder) {
    Path file = folder.resolve("set").resolve(Server.NAME);
    Expect.that(!Files.exists(file), () -> "unverified bytes must not be called " + file);
  }

  private static void continued(Path folder) throws Exception {
    try (Server server = new Server((request, number) -> request.sendRest())) {
      Path part = folder.resolve("set").resolve(Server.NAME + ".part");
      Files.createDirectories(part.getParent());
      Files.write(part, Arrays.copyOf(server.content(), 50_000));
      requireFetched(server, folder);
      Expect.equal(List.of("bytes=50000-"), server.ranges(), "the ranges requested");
    }
  }

  private static void twoAtOnce(Path folder) throws Exception {
    try (Server server =
        new Server(
            (request, number) -> {
              pause(300);
              request.sendWhole();
            })) {
      RemoteFile file = server.file();
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        processes.add(
            SmallHeap.java(
                DownloadMain.class,
                file.uri().toString(),
                "" + file.bytes(),
                file.sha256(),
                folder.toString()));
      }
      for (Process process : processes) {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("still downloading after 30 s");
        }
        Expect.equal(0, process.exitValue(), "the exit code");
      }
      Expect.equal(1, server.ranges().size(), "the number of requests");
      requireFetched(server, folder);
    }
  }

  /** A file with a valid format and the published size, but other content. */
  private static void poisoned(Path folder) throws Exception {
    Path file = folder.resolve("downloads/mnist/train-images-idx3-ubyte.gz");
    Files.createDirectories(file.getParent());
    byte[] gz = Compressed.gzip(new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7});
    Files.write(file, Arrays.copyOf(gz, 9_912_422));
    DataOptions options = DataOptions.defaults().withCacheFolder(folder).withOffline(true);
    Timed.refused(() -> Datasets.open("mnist", options), file + " must have SHA-256 ", "remove it");
  }

  /** The server signs its own certificate, which is trusted during the case. */
  private static void downgrade(Path folder) throws Exception {
    SSLContext context = Certificate.trusted(folder);
    HttpsServer https = HttpsServer.create();
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    SSLSocketFactory before = HttpsURLConnection.getDefaultSSLSocketFactory();
    HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    try (Server plain = new Server((request, number) -> request.sendWhole());
        Server secure =
            new Server(
                https, (request, number) -> request.redirect(plain.uri("http").toString()))) {
      RemoteFile file = secure.file(secure.uri("https"));
      Timed.refused(
          () -> Server.downloader(folder).get(file),
          file.uri() + NOT_DOWNLOADED,
          "the server answers 302");
      Expect.equal(1, secure.ranges().size(), "the number of requests");
      Expect.equal(List.of(), plain.ranges(), "the requests to the server without https");
      requireUnread(folder);
    } finally {
      HttpsURLConnection.setDefaultSSLSocketFactory(before);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
