package dev.onecycle.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RecordWriterTest {
  /** The first as in the catalogue of CRCs, the others from RFC 3720, appendix B.4. */
  @Test
  void checksumsAreThePublishedOnes() {
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    byte[] up = new byte[32];
    byte[] down = new byte[32];
    for (int i = 0; i < 32; i++) {
      up[i] = (byte) i;
      down[i] = (byte) (31 - i);
    }

    assertThat(RecordWriter.crc32c("123456789".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(0xE3069283);
    assertThat(RecordWriter.crc32c(new byte[32])).isEqualTo(0x8A9136AA);
    assertThat(RecordWriter.crc32c(ones)).isEqualTo(0x62A8AB43);
    assertThat(RecordWriter.crc32c(up)).isEqualTo(0x46DD794E);
    assertThat(RecordWriter.crc32c(down)).isEqualTo(0x113FDB5C);
  }

  /** By hand: {@code E3069283} turned right by 15 bits is {@code 2507C60D}. */
  @Test
  void masksRotateAndAdd() {
    assertThat(RecordWriter.masked(0)).isEqualTo(0xA282EAD8);
    assertThat(RecordWriter.masked(0xE3069283)).isEqualTo(0x2507C60D + 0xA282EAD8);
  }

  @Test
  void aRecordIsLengthChecksumDataAndChecksum() throws IOException {
    assertThat(record("abc"))
        .isEqualTo("03 00 00 00 00 00 00 00" + " b0 99 49 0e" + " 61 62 63" + " 6e 57 f1 21");
    assertThat(record("")).isEqualTo("00 00 00 00 00 00 00 00" + " 29 03 98 07" + " d8 ea 82 a2");
  }

  private static String record(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new RecordWriter(bytes).write(text.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.ofDelimiter(" ").formatHex(bytes.toByteArray());
  }
}
