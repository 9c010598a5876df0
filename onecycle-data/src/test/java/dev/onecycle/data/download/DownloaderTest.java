package dev.onecycle.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DownloaderTest extends DownloadFixture {
  @Test
  void aFileIsFetchedVerifiedAndKept() throws IOException {
    Path file = downloader(false).get(remote());
    assertThat(file).isEqualTo(temp.resolve("downloads/set/data.gz"));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(downloader(false).get(remote())).isEqualTo(file);
    assertThat(downloader(true).get(remote())).isEqualTo(file);
    assertThat(requests).containsExactly("null");
    assertThat(part()).doesNotExist();
  }

  @Test
  void offlineSaysWhatToPutWhere() {
    assertThatThrownBy(() -> downloader(true).get(remote()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(remote().uri() + " was not downloaded: downloads are not allowed")
        .hasMessageContaining("put it there yourself as " + temp.resolve("downloads/set/data.gz"));
    assertThat(requests).isEmpty();
  }

  @Test
  void aWrongHashIsNeverUsed() {
    content[1000] ^= 1;
    RemoteFile remote = remote();
    content[1000] ^= 1;
    assertThatThrownBy(() -> downloader(false).get(remote))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("must have SHA-256 " + remote.sha256() + " but has");
    assertThat(part()).doesNotExist();
    assertThat(temp.resolve("downloads/set/data.gz")).doesNotExist();
    assertThat(requests).hasSize(1);
  }

  @Test
  void aFileThatTheUserPutThereIsVerifiedToo() throws IOException {
    Path file = temp.resolve("downloads/set/data.gz");
    TestData.write(file, Arrays.copyOf(content, 1000));
    assertThatThrownBy(() -> downloader(false).get(remote()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file + " must have 200000 bytes but has 1000; remove it");
    byte[] other = content.clone();
    other[5] ^= 1;
    Files.write(file, other);
    assertThatThrownBy(() -> downloader(false).get(remote()))
        .hasMessageContaining(file + " must have SHA-256");
    assertThat(requests).isEmpty();
  }

  @Test
  void aWebPageIsNoData() {
    answer = (exchange, number) -> send(exchange, 200, "text/html; charset=utf-8", content, 0);
    assertFails("a web page instead of the file", 1);
  }

  @Test
  void notFoundIsFinal() {
    answer = (exchange, number) -> exchange.sendResponseHeaders(404, -1);
    assertFails("the server answers 404", 1);
  }

  @Test
  void aServerErrorIsTriedAgain() throws IOException {
    answer =
        (exchange, number) -> {
          if (number < 3) {
            exchange.sendResponseHeaders(500, -1);
          } else {
            sendWhole(exchange, number);
          }
        };
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
    assertThat(requests).hasSize(3);
    requests.clear();
    answer = (exchange, number) -> exchange.sendResponseHeaders(503, -1);
    RemoteFile other = new RemoteFile(remote().uri(), "other", "x", 10, "00");
    assertThatThrownBy(() -> downloader(false).get(other))
        .hasMessageContaining("the server answers 503");
    assertThat(requests).hasSize(3);
  }

  @Test
  void aBodyOfAnotherLengthIsRefused() {
    answer = (exchange, number) -> send(exchange, 200, "application/gzip", new byte[1000], 0);
    assertFails("has 1000 bytes instead of 200000", 1);
    requests.clear();
    answer =
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(content);
          exchange.getResponseBody().write(content);
        };
    assertFails("sends more than the 200000 expected bytes", 1);
  }

  @Test
  void aShortBodyIsTriedAgainButNotForEver() {
    answer =
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(content, 0, 1000);
        };
    assertFails("only 1000 of 200000 bytes were received", 3);
  }

  @Test
  void redirectsThatGoInCirclesOrLeaveHttpsEnd() {
    answer =
        (exchange, number) -> {
          exchange.getResponseHeaders().add("Location", "/round");
          exchange.sendResponseHeaders(302, -1);
        };
    assertThatThrownBy(() -> downloader(false).get(remote())).isInstanceOf(BadDataException.class);
    requests.clear();
    answer =
        (exchange, number) -> {
          exchange.getResponseHeaders().add("Location", "ftp://127.0.0.1/x");
          exchange.sendResponseHeaders(301, -1);
        };
    assertFails("the server answers 301", 1);
  }

  @Test
  void silenceAndTrickleAreBoundedInTime() {
    answer =
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 10);
          exchange.getResponseBody().flush();
          pause(2000);
        };
    assertFails("Read timed out", 3);
    requests.clear();
    answer =
        (exchange, number) -> {
          exchange.sendResponseHeaders(200, content.length);
          for (int i = 0; i < 100; i++) {
            exchange.getResponseBody().write(content, i, 1);
            exchange.getResponseBody().flush();
            pause(20);
          }
        };
    assertFails("the server is too slow", 3);
  }

  @Test
  void noServerIsAClearMessage() {
    server.stop(0);
    assertThatThrownBy(() -> downloader(false).get(remote()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("Connection refused")
        .hasMessageContaining("put it there yourself");
  }

  @Test
  void manyAtOnceDownloadOnce() throws Exception {
    Callable<Path> get = () -> downloader(false).get(remote());
    for (Future<Path> file : threads.invokeAll(Collections.nCopies(5, get))) {
      assertThat(Files.readAllBytes(file.get())).isEqualTo(content);
    }
    assertThat(requests).hasSize(1);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.createFile(temp.resolve("downloads"));
    assertThatThrownBy(() -> downloader(false).get(remote()))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining(temp.resolve("downloads/set/data.gz") + " cannot be created");
  }
}
