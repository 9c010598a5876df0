package dev.onecycle.data.download;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Downloads that continue an earlier attempt. */
@Timeout(60)
class ResumedDownloadTest extends DownloadFixture {
  @Test
  void aBrokenConnectionIsContinuedWhereItBroke() throws IOException {
    answer =
        (exchange, number) -> {
          int from = from(exchange);
          if (number == 1) {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 70_000);
            exchange.getResponseBody().flush();
            throw new IOException("the connection breaks");
          }
          exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-199999/200000");
          send(exchange, 206, "application/gzip", content, from);
        };
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
    assertThat(requests.get(0)).isEqualTo("null");
    assertThat(requests.get(1)).matches("bytes=[1-9][0-9]*-");
  }

  @Test
  void aLaterProcessContinuesToo() throws IOException {
    TestData.write(part(), Arrays.copyOf(content, 50_000));
    answer =
        (exchange, number) -> {
          exchange.getResponseHeaders().add("Content-Range", "bytes 50000-199999/200000");
          send(exchange, 206, "application/gzip", content, from(exchange));
        };
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
    assertThat(requests).containsExactly("bytes=50000-");
  }

  @Test
  void aServerThatCannotContinueStartsAgain() throws IOException {
    TestData.write(part(), new byte[50_000]);
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
    assertThat(requests).containsExactly("bytes=50000-");
  }

  @Test
  void aSpoiltBeginningIsFetchedAgain() throws IOException {
    TestData.write(part(), new byte[50_000]);
    answer =
        (exchange, number) -> {
          if (number == 1) {
            exchange.getResponseHeaders().add("Content-Range", "bytes 50000-199999/200000");
            send(exchange, 206, "application/gzip", content, from(exchange));
          } else {
            sendWhole(exchange, number);
          }
        };
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
    assertThat(requests).containsExactly("bytes=50000-", "null");
    Files.delete(temp.resolve("downloads/set/data.gz"));
    TestData.write(part(), new byte[300_000]);
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
  }

  @Test
  void arangeThatTheServerRefusesIsFetchedAgain() throws IOException {
    TestData.write(part(), new byte[50_000]);
    answer =
        (exchange, number) -> {
          if (number == 1) {
            exchange.sendResponseHeaders(416, -1);
          } else {
            sendWhole(exchange, number);
          }
        };
    assertThat(Files.readAllBytes(downloader(false).get(remote()))).isEqualTo(content);
  }
}
