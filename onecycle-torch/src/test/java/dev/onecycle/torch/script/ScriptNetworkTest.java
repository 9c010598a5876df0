package dev.onecycle.torch.script;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.NetworkJson;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.Script.Array;
import dev.onecycle.torch.nn.Script.Layout;
import dev.onecycle.torch.nn.Script.Role;
import dev.onecycle.torch.nn.ScriptFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class ScriptNetworkTest {
  @TempDir Path temp;

  private static Script open(String name) {
    return (Script) network(name).layers();
  }

  private static Network network(String name) {
    return ScriptNetwork.open(ScriptFiles.of(name), ScriptFiles.SHAPE, 3);
  }

  private static void refuses(Path file, String... words) {
    assertThatThrownBy(() -> ScriptNetwork.open(file, ScriptFiles.SHAPE, 3))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(words)
        .hasMessageNotContaining("\n");
  }

  @Test
  void arraysHaveTheNamesOfTheStateDictAndTheirUse() {
    assertThat(open("tiny.pt").arrays())
        .containsExactlyInAnyOrder(
            new Array("conv.weight", List.of(8L, 3L, 3L, 3L), Role.WEIGHT),
            new Array("norm.weight", List.of(8L), Role.WEIGHT),
            new Array("norm.bias", List.of(8L), Role.WEIGHT),
            new Array("head.weight", List.of(3L, 32L), Role.WEIGHT),
            new Array("head.bias", List.of(3L), Role.WEIGHT),
            new Array("norm.running_mean", List.of(8L), Role.STATISTIC),
            new Array("norm.running_var", List.of(8L), Role.STATISTIC),
            new Array("scale", List.of(), Role.CONSTANT));
  }

  @Test
  void randomNumbersAndViewsAreFound() {
    assertThat(open("tiny.pt").drawsRandomNumbers()).isFalse();
    assertThat(open("dropout.pt").drawsRandomNumbers()).isTrue();
    assertThat(open("tiny.pt").layout()).isEqualTo(Layout.CHANNELS_LAST);
    assertThat(open("viewed.pt").layout()).isEqualTo(Layout.CHANNELS_FIRST);
  }

  @Test
  void itsJsonIsReadAgainWithTheFileOfTheHash() {
    Network network = network("dropout.pt");
    String text = NetworkJson.write(network);
    ScriptFile file = ((Script) network.layers()).file();
    assertThat(NetworkJson.read(text, sha256 -> file)).isEqualTo(network);
    assertThatThrownBy(() -> NetworkJson.read(text))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("trust_model must be given", "a program that runs");
  }

  @Test
  void anotherNumberOfScoresIsRefused() {
    assertThatThrownBy(() -> ScriptNetwork.open(ScriptFiles.of("tiny.pt"), ScriptFiles.SHAPE, 10))
        .hasMessageContaining("must give scores [N, 10], one for each class of the data,")
        .hasMessageContaining("but gives [3, 3] for 3 images of 3×8×8");
  }

  @Test
  void anotherNumberOfChannelsIsRefused() {
    assertThatThrownBy(
            () -> ScriptNetwork.open(ScriptFiles.of("tiny.pt"), new ImageShape(1, 8, 8), 3))
        .hasMessageContaining("3 channels, but got 1 channels")
        .hasMessageContaining("3 images of 1×8×8");
  }

  @Test
  void whatIsNoTorchScriptFileIsRefused() throws IOException {
    refuses(Files.writeString(temp.resolve("text.pt"), "no archive"), "must be a TorchScript file");
    refuses(ScriptFiles.of("state_dict.pt"), "must be a TorchScript file", "torch.jit.script");
    refuses(temp.resolve("none.pt"), "none.pt must be a TorchScript file but is not there");
  }

  @Test
  void anOperatorOfAnExtensionIsRefusedByName() {
    Path file =
        ScriptFiles.changed(
            "tiny.pt",
            temp.resolve("operator.pt"),
            (name, content) ->
                name.endsWith(".py")
                    ? new String(content, UTF_8)
                        .replace("torch.flatten(", "ops.mine.flatten(")
                        .getBytes(UTF_8)
                    : content);
    refuses(file, "operators of libtorch alone but uses mine::flatten; write it");
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedByName() {
    Path file =
        ScriptFiles.changed(
            "tiny.pt",
            temp.resolve("nan.pt"),
            (name, content) -> {
              if (name.startsWith("data/") && content.length == 3 * 32 * Float.BYTES) {
                ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putFloat(8, Float.NaN);
              }
              return content;
            });
    refuses(file, "must hold finite numbers but holds NaN or infinity in head.weight");
  }

  @Test
  void anotherResultThanScoresIsRefused() {
    refuses(ScriptFiles.of("pair.pt"), "must give one tensor of scores [N, classes]", "Tuple");
  }

  @Test
  void whatDependsOnACounterIsRefused() {
    refuses(ScriptFiles.of("cumulative.pt"), "equal results", "momentum, not None");
  }
}
