package dev.onecycle.selftest.fuzz;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.script.ScriptTrial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** Cases of damaged TorchScript files, each of several files that one process tries in turn. */
final class HostileScripts {
  private static final int FILES = 31;
  private static final ImageShape IMAGES = new ImageShape(3, 8, 8);
  private static final int CLASSES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final long MEMORY = 1L << 30;

  private HostileScripts() {}

  static List<Case> cases(int count) {
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = i * FILES;
      cases.add(
          new Case(
              "damaged " + from + " to " + (from + FILES - 1), folder -> survived(folder, from)));
    }
    return cases;
  }

  /** The parent lives, and the sound file is still accepted after all others. */
  private static void survived(Path folder, int from) throws IOException {
    byte[] sound = sound();
    try (ScriptTrial trial = new ScriptTrial(PATIENCE, MEMORY)) {
      for (int i = from; i < from + FILES; i++) {
        Path file = Files.write(folder.resolve(i + ".pt"), damaged(sound, i));
        try {
          trial.of(ScriptFile.at(file), IMAGES, CLASSES);
        } catch (BadDataException e) {
          String message = String.valueOf(e.getMessage());
          Expect.that(
              message.startsWith("model " + file) && message.lines().count() == 1,
              () -> "one line must name the file but was: " + message);
        }
      }
      Path file = Files.write(folder.resolve("sound.pt"), sound);
      Expect.equal(
          CLASSES, trial.of(ScriptFile.at(file), IMAGES, CLASSES).outputs(), "scores of it");
    }
  }

  private static byte[] sound() throws IOException {
    try (InputStream in = HostileScripts.class.getResourceAsStream("network.pt")) {
      return Objects.requireNonNull(in, "network.pt").readAllBytes();
    }
  }

  private static byte[] damaged(byte[] sound, int number) {
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
