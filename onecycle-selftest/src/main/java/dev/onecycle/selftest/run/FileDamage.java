package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Expect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Ways to damage a file. */
final class FileDamage {
  private static final int BLOCK = 64;

  private FileDamage() {}

  /** Keeps {@code part} 64ths of a file; for 64, all but its last byte. */
  static void cut(Path file, int part) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = Math.min(bytes.length - 1, bytes.length * part / 64);
    Files.write(file, Arrays.copyOf(bytes, length));
  }

  static void flip(Path file, SplittableRandom random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);
  }

  /** Changes 1 to 64 bytes in a row. */
  static void overwrite(Path file, SplittableRandom random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int from = random.nextInt(bytes.length);
    int count = Math.min(bytes.length - from, 1 + random.nextInt(BLOCK));
    for (int i = 0; i < count; i++) {
      bytes[from + i] ^= (byte) (1 + random.nextInt(255));
    }
    Files.write(file, bytes);
  }

  static void append(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    Files.write(file, twice);
  }

  static void folder(Path file) throws IOException {
    Files.delete(file);
    Files.createDirectory(file);
  }

  /** Exchanges the files of model and optimizer, with a manifest that fits. */
  static void swap(Path checkpoint) throws IOException {
    Path model = checkpoint.resolve("model.safetensors");
    Path optimizer = checkpoint.resolve("optimizer.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    Files.write(model, Files.readAllBytes(optimizer));
    Files.write(optimizer, bytes);
    Path manifest = checkpoint.resolve("MANIFEST.json");
    String text = Files.readString(manifest);
    Files.writeString(
        manifest,
        text.replace("model.s", "?").replace("optimizer.s", "model.s").replace("?", "optimizer.s"));
  }

  /** Replaces a text in the manifest. */
  static void replace(Path checkpoint, String from, String to) throws IOException {
    Path manifest = checkpoint.resolve("MANIFEST.json");
    String text = Files.readString(manifest);
    Expect.that(text.contains(from), () -> "no " + from + " in " + text);
    Files.writeString(manifest, text.replace(from, to));
  }

  static int indexOf(byte[] bytes, byte[] wanted) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .indexOf(new String(wanted, StandardCharsets.ISO_8859_1));
  }
}
