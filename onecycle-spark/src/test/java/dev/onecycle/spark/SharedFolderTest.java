package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.CannotWriteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedFolderTest {
  private static final String LAST = "MANIFEST.json";

  @TempDir private Path disk;
  private final Configuration hadoop = new Configuration();

  @BeforeEach
  void register() {
    UnsteadyFileSystem.register(hadoop);
    hadoop.set("fs.viewfs.mounttable." + mount() + ".link./runs", disk.toUri().toString());
  }

  /** Another one for each test: this process keeps the file systems that it has opened. */
  private String mount() {
    return "views" + Integer.toHexString(disk.hashCode());
  }

  /** The same folder of the disk, by another scheme. */
  private SharedFolder shared(String scheme) {
    return switch (scheme) {
      case "viewfs" -> new SharedFolder("viewfs://" + mount() + "/runs/shared", hadoop);
      default -> new SharedFolder(scheme + ":" + disk.resolve("shared"), hadoop);
    };
  }

  private static void write(SharedFolder folder, String name, String text) {
    folder.write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", UnsteadyFileSystem.SCHEME})
  void aFileIsReplaced(String scheme) {
    SharedFolder shared = shared(scheme);
    write(shared, "a.txt", "one");
    write(shared, "a.txt", "two");
    assertThat(shared.read("a.txt")).asString().isEqualTo("two");
    assertThat(disk.resolve("shared").toFile().list()).containsExactly("a.txt");
  }

  /** Where images are deleted in part, the list of them is gone: the rest is no data set. */
  @Test
  void imagesLoseTheirListBeforeTheyAreDeleted() {
    SharedFolder shared =
        new SharedFolder(UnsteadyFileSystem.SCHEME + ":" + disk.resolve("kept"), hadoop);
    write(shared, StagedImages.MANIFEST, "{}");
    write(shared, "train-0.tar", "images");
    assertThatThrownBy(() -> StagedImages.delete(shared))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining("does not delete");
    assertThat(disk.resolve("kept").toFile().list()).containsExactly("train-0.tar");
  }

  /** Hadoop deletes a file of a disk before it renames another one to it. */
  @Test
  void aFileThatIsReplacedIsAlwaysThere() throws InterruptedException {
    SharedFolder shared = shared("viewfs");
    write(shared, "a.txt", "0");
    AtomicBoolean written = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 500; i++) {
                write(shared, "a.txt", "" + i);
              }
              written.set(true);
            });
    writer.start();
    Path file = disk.resolve("shared/a.txt");
    while (writer.isAlive()) {
      assertThat(file).exists();
    }
    writer.join();
    assertThat(written).isTrue();
  }

  @Test
  void aFileThatHadoopWroteIsReplacedWithItsChecksum() throws IOException {
    org.apache.hadoop.fs.Path file =
        new org.apache.hadoop.fs.Path(disk.resolve("shared/a.txt").toUri());
    try (var out = file.getFileSystem(hadoop).create(file)) {
      out.writeBytes("one");
    }
    assertThat(disk.resolve("shared/.a.txt.crc")).exists();
    write(shared("file"), "a.txt", "two");
    assertThat(shared("file").read("a.txt")).asString().isEqualTo("two");
  }

  /** A copy that was interrupted is no copy. */
  @ParameterizedTest
  @ValueSource(strings = {"file", "viewfs", UnsteadyFileSystem.SCHEME})
  void aFolderIsCompleteWithItsLastFile(String scheme) throws IOException {
    Path folder = Files.createDirectories(disk.resolve("own/step"));
    Files.writeString(folder.resolve(LAST), "last");
    Files.writeString(folder.resolve("weights"), "whole");
    SharedFolder shared = shared(scheme);
    write(shared.resolve("step"), "weights", "half");
    shared.putFolder(folder, LAST);
    assertThat(shared.resolve("step").names()).containsExactly(LAST, "weights");
    assertThat(shared.resolve("step").read("weights")).asString().isEqualTo("whole");
    Files.writeString(folder.resolve("weights"), "other");
    shared.putFolder(folder, LAST);
    assertThat(shared.resolve("step").read("weights")).asString().isEqualTo("whole");
  }

  /** An error that may pass is not one of bad data; its message says what was read or written. */
  @Test
  void aFailedReadMayPass() throws IOException {
    SharedFolder shared = shared(UnsteadyFileSystem.SCHEME);
    write(shared, "down", "unheard");
    assertThatThrownBy(() -> shared.read("down"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("unsteady:" + disk + "/shared/down cannot be read: the store does not answer");
    assertThatThrownBy(() -> shared.get("down", disk.resolve("copy")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("unsteady:" + disk + "/shared/down cannot be read: the store does not answer");
    assertThatThrownBy(() -> shared.put(disk.resolve("absent")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(disk.resolve("absent") + " cannot be read: no such file or folder");
    Path occupied = Files.createFile(disk.resolve("occupied"));
    write(shared, "sound", "heard");
    assertThatThrownBy(() -> shared.get("sound", occupied.resolve("copy")))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageStartingWith(occupied.resolve("copy") + " cannot be written: ");
  }
}
