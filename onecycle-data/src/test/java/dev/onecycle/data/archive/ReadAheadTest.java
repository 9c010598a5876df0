package dev.onecycle.data.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAheadTest {
  private static final int WINDOW = 1 << 16;

  @TempDir Path folder;

  @Test
  void readsWhatTheFileHoldsWhereverAndHoweverMuch() throws Exception {
    Random random = new Random(7);
    byte[] bytes = new byte[3 * WINDOW + 17];
    random.nextBytes(bytes);
    try (ReadAhead file = new ReadAhead(Files.write(folder.resolve("f"), bytes))) {
      assertThat(file.size()).isEqualTo(bytes.length);
      for (int i = 0; i < 2000; i++) {
        // Often near the ends of a window, where off-by-one errors occur.
        int near = random.nextInt(4) * WINDOW + random.nextInt(9) - 4;
        int from = random.nextBoolean() ? random.nextInt(bytes.length) : Math.max(near, 0);
        int length = random.nextInt(random.nextBoolean() ? 8 : 2 * WINDOW);
        byte[] expected =
            Arrays.copyOfRange(
                bytes, Math.min(from, bytes.length), Math.min(from + length, bytes.length));
        ByteBuffer read = ByteBuffer.allocate(length);
        file.position(from);
        while (read.hasRemaining() && file.read(read) > 0) {}
        assertThat(Arrays.copyOf(read.array(), read.position())).isEqualTo(expected);
        assertThat(file.position()).isEqualTo((long) from + expected.length);
      }
    }
  }

  @Test
  void readsBackwardsByteForByteToo() throws Exception {
    byte[] bytes = new byte[WINDOW + 100];
    new Random(8).nextBytes(bytes);
    try (ReadAhead file = new ReadAhead(Files.write(folder.resolve("f"), bytes))) {
      for (int at = bytes.length - 1; at >= 0; at--) {
        ByteBuffer one = ByteBuffer.allocate(1);
        assertThat(file.position(at).read(one)).isEqualTo(1);
        assertThat(one.get(0)).isEqualTo(bytes[at]);
      }
    }
  }

  /** An interrupt closes a channel of {@code Files}, which would look like a damaged archive. */
  @Test
  void anInterruptedThreadReadsOn() throws Exception {
    byte[] bytes = new byte[2 * WINDOW];
    new Random(9).nextBytes(bytes);
    try (ReadAhead file = new ReadAhead(Files.write(folder.resolve("f"), bytes))) {
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      Thread.currentThread().interrupt();
      while (all.hasRemaining() && file.read(all) > 0) {}
      assertThat(Thread.interrupted()).isTrue();
      assertThat(all.array()).isEqualTo(bytes);
      assertThat(file.isOpen()).isTrue();
    }
  }

  @Test
  void hasNothingBehindTheEndNorInAnEmptyFile() throws Exception {
    try (ReadAhead file = new ReadAhead(Files.write(folder.resolve("f"), new byte[] {1}))) {
      assertThat(file.position(1).read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(file.position(1L << 40).read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(file.position(0).read(ByteBuffer.allocate(0))).isZero();
      assertThat(file.read(ByteBuffer.allocate(9))).isEqualTo(1);
      assertThatThrownBy(() -> file.position(-1)).hasMessageContaining("at least 0 but was -1");
      assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(NonWritableChannelException.class);
    }
    try (ReadAhead empty = new ReadAhead(Files.write(folder.resolve("e"), new byte[0]))) {
      assertThat(empty.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }
}
