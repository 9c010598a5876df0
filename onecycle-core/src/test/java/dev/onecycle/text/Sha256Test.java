package dev.onecycle.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
  /** The example "abc" of FIPS 180-4's test vectors. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void textBytesFilesAndPiecesAgree(@TempDir Path folder) throws IOException {
    byte[] bytes = "abc".getBytes(StandardCharsets.US_ASCII);
    assertThat(Sha256.of("abc")).isEqualTo(ABC);
    assertThat(Sha256.of(bytes)).isEqualTo(ABC);
    assertThat(Sha256.of(Files.write(folder.resolve("f"), bytes))).isEqualTo(ABC);
    MessageDigest digest = Sha256.digest();
    digest.update(bytes, 0, 1);
    digest.update(bytes, 1, 2);
    assertThat(Sha256.hex(digest)).isEqualTo(ABC);
  }

  @Test
  void anInterruptedThreadHashesAFileToo(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "abc");
    Thread.currentThread().interrupt();
    assertThat(Sha256.of(file)).isEqualTo(ABC);
    assertThat(Thread.interrupted()).isTrue();
  }
}
