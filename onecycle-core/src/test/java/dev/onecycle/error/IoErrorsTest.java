package dev.onecycle.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoErrorsTest {
  @TempDir Path temp;

  @Test
  void readingSaysReadAndWritingSaysWrite() {
    AccessDeniedException denied = new AccessDeniedException("f");
    assertThat(IoErrors.cannotRead("f", denied))
        .hasMessage("f cannot be read: permission denied")
        .hasCause(denied);
    String advice = "; choose another folder or change its permissions";
    CannotWriteException created = IoErrors.cannotCreate("f", denied);
    assertThat(created).hasMessage("f cannot be created: permission denied" + advice);
    assertThat(created.created()).isFalse();
    CannotWriteException written = IoErrors.cannotWrite("f", denied);
    assertThat(written).hasMessage("f cannot be written: permission denied" + advice);
    assertThat(written.created()).isTrue();
  }

  @Test
  void bothKindsOfFileGiveTheSameReason() throws IOException {
    Path missing = temp.resolve("missing");
    String expected = "no such file or folder";
    assertThat(reason(() -> Files.newInputStream(missing).close())).isEqualTo(expected);
    assertThat(reason(() -> new FileInputStream(missing.toFile()).close())).isEqualTo(expected);
    assertThat(reason(() -> new FileOutputStream(temp.toFile()).close()))
        .isEqualTo("it is a folder");
    assertThat(reason(() -> Files.createFile(Files.createFile(missing))))
        .isEqualTo("a file is in the way");
  }

  @Test
  void otherReasonsAreOneLine() {
    assertThat(IoErrors.reason(new EOFException("at byte 7"))).isEqualTo("it is cut short");
    assertThat(IoErrors.reason(new DirectoryNotEmptyException("f")))
        .isEqualTo("the folder is not empty");
    assertThat(IoErrors.reason(new FileSystemException("f", null, "No space left on device")))
        .isEqualTo("No space left on device");
    assertThat(IoErrors.reason(new UnknownHostException("nowhere.test")))
        .isEqualTo("the host nowhere.test is not known, or there is no network");
    assertThat(IoErrors.reason(new IOException("first\nsecond"))).isEqualTo("first");
    assertThat(IoErrors.reason(new IOException())).isEqualTo("IOException");
    assertThat(IoErrors.reason(new ArithmeticException("overflow")))
        .isEqualTo("ArithmeticException: overflow");
  }

  private interface Work {
    void run() throws IOException;
  }

  private static String reason(Work work) {
    return IoErrors.reason(catchThrowable(work::run));
  }
}
