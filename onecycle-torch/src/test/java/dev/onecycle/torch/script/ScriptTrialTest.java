package dev.onecycle.torch.script;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.nn.ScriptFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged and hostile files end, at most, the process that tries them. */
@Tag("long")
class ScriptTrialTest {
  private static final int MUTATED = 31;

  @TempDir Path temp;

  private static ScriptTrial trial() {
    return new ScriptTrial(Duration.ofSeconds(15), 1L << 30);
  }

  private static void refuses(ScriptTrial trial, Path file, String words) {
    assertThatThrownBy(() -> trial.of(ScriptFile.at(file), ScriptFiles.SHAPE, 3))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(words)
        .hasMessageNotContaining("\n");
  }

  private static void accepts(ScriptTrial trial) {
    ScriptFile sound = ScriptFile.at(ScriptFiles.of("tiny.pt"));
    assertThat(trial.of(sound, ScriptFiles.SHAPE, 3).outputs()).isEqualTo(3);
  }

  @Test
  @Timeout(120)
  void aProgramThatNeverEndsIsEnded() {
    try (ScriptTrial trial = new ScriptTrial(Duration.ofSeconds(3), 1L << 30)) {
      refuses(trial, ScriptFiles.of("endless.pt"), "takes more than 3 s");
      accepts(trial);
    }
  }

  @Test
  @Timeout(120)
  void aProgramThatTakesAllMemoryIsEnded() {
    try (ScriptTrial trial = trial()) {
      refuses(trial, ScriptFiles.of("huge.pt"), "more memory than there is");
      accepts(trial);
    }
  }

  @Test
  @Timeout(120)
  void codeNestedTooDeeplyIsRefused() {
    Path file =
        ScriptFiles.changed(
            "tiny.pt",
            temp.resolve("deep.pt"),
            (name, content) ->
                name.endsWith(".py")
                    ? new String(content, UTF_8)
                        .replaceFirst(
                            "return ", "return " + "(".repeat(200_000) + "1" + ")".repeat(200_000))
                        .getBytes(UTF_8)
                    : content);
    try (ScriptTrial trial = trial()) {
      refuses(trial, file, "model ");
      accepts(trial);
    }
  }

  @Test
  @Timeout(120)
  void aPickleThatCallsTheSystemIsRefused() {
    Path trace = temp.resolve("called");
    String pickle = "cos\nsystem\n(S'touch " + trace + "'\ntR.";
    Path file =
        ScriptFiles.changed(
            "tiny.pt",
            temp.resolve("pickle.pt"),
            (name, content) -> name.equals("data.pkl") ? pickle.getBytes(UTF_8) : content);
    try (ScriptTrial trial = trial()) {
      refuses(trial, file, "must be a TorchScript file");
      accepts(trial);
    }
    assertThat(trace).doesNotExist();
  }

  @Test
  @Timeout(300)
  void mutatedFilesAreRefusedOrUsable() throws IOException {
    byte[] sound = Files.readAllBytes(ScriptFiles.of("tiny.pt"));
    try (ScriptTrial trial = trial()) {
      for (int i = 0; i < MUTATED; i++) {
        Path file = Files.write(temp.resolve(i + ".pt"), mutated(sound, i));
        try {
          trial.of(ScriptFile.at(file), ScriptFiles.SHAPE, 3);
        } catch (BadDataException e) {
          assertThat(e).hasMessageContaining("model " + file).hasMessageNotContaining("\n");
        }
      }
      accepts(trial);
    }
  }

  private static byte[] mutated(byte[] sound, int number) {
    SplittableRandom random = new SplittableRandom(number);
    if (number % 4 == 0) {
      return Arrays.copyOf(sound, random.nextInt(sound.length));
    }
    byte[] bytes = sound.clone();
    for (int i = 1 << random.nextInt(6); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }
}
