package dev.onecycle.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An old Java must be able to say that it is too old. */
class LauncherTest {
  private static final int CLASS_FILE_OF_JAVA_8 = 52;

  @ParameterizedTest
  @ValueSource(strings = {"17", "21", "25"})
  void javaFrom17OnRunsIt(String version) {
    assertThat(Launcher.refusal(version, "/jdk")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "9", "11", "16", "unknown"})
  void anOlderJavaIsRefusedByItsNumberAndFolder(String version) {
    assertThat(Launcher.refusal(version, "/old jdk"))
        .isEqualTo(
            "Java must be 17 or newer but was "
                + version.replace("1.8", "8")
                + " in /old jdk; install a newer one, or set JAVA_HOME to its folder");
  }

  @Test
  void java8CanReadTheLauncher() throws IOException {
    try (InputStream file = Launcher.class.getResourceAsStream("Launcher.class");
        DataInputStream data = new DataInputStream(file)) {
      assertThat(data.readInt()).isEqualTo(0xCAFEBABE);
      data.readUnsignedShort();
      assertThat(data.readUnsignedShort()).isEqualTo(CLASS_FILE_OF_JAVA_8);
    }
  }
}
