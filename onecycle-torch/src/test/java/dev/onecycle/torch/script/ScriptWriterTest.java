package dev.onecycle.torch.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptWriterTest {
  private static final String DOUBLED = "def forward(self, x: Tensor) -> Tensor:\n  return 2 * x\n";

  @TempDir Path temp;

  @Test
  void aDeviceGetsTheBytesAndNoFileBesideIt() throws IOException {
    Path devices = Path.of("/dev");
    Path device = devices.resolve("null");
    assumeTrue(Files.exists(device));
    ScriptWriter.write(DOUBLED, List.of(), Map.of(), device);
    assertThat(devices.toFile().list()).noneMatch(name -> name.contains("onecycle"));
  }

  /** The engine would end the process where the disk is full. A file with a hole takes no room. */
  @Test
  void aDiskWithoutRoomForARewrittenScriptIsRefusedBefore() throws IOException {
    Path file = Files.copy(ScriptFiles.of("tiny.pt"), temp.resolve("tiny.pt"));
    Script script = (Script) ScriptNetwork.open(file, ScriptFiles.SHAPE, 3).layers();
    try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
      hole.setLength(Files.getFileStore(temp).getUsableSpace());
    }
    List<NamedTensor> none = List.of();
    assertThatThrownBy(() -> ScriptWriter.write(script, none, Map.of(), temp.resolve("new.pt")))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContainingAll("new.pt cannot be written", "bytes of room, and it needs");
    assertThat(temp.toFile().list()).containsExactly("tiny.pt");
  }
}
