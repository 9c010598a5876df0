package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.ProcessUnderTest;
import dev.onecycle.selftest.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A run that was trained once, to be damaged in many ways. */
final class SoundRun {
  static final String MODEL = "model.safetensors";
  static final String RECORD = "run.json";

  private final Program program;
  private @Nullable Map<String, byte[]> files;

  SoundRun(Program program) {
    this.program = program;
  }

  /** The bytes of its files by name; trained when they are first asked for. */
  synchronized Map<String, byte[]> files(HostileFiles scene) throws IOException {
    Map<String, byte[]> known = files;
    if (known == null) {
      known = trained(scene);
      files = known;
    }
    return known;
  }

  private Map<String, byte[]> trained(HostileFiles scene) throws IOException {
    Path run = scene.folder().resolve("sound");
    ProcessUnderTest child =
        program.start(
            scene.folder(),
            List.of(),
            "train",
            scene.images(),
            "--max-lr",
            "0.01",
            "--epochs",
            "1",
            "--batch-size",
            "2",
            "--quiet",
            "--cache",
            scene.folder().resolve("sound-cache").toString(),
            "--out",
            run.toString());
    try {
      child.end(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
    Map<String, byte[]> read = new TreeMap<>();
    try (Stream<Path> paths = Files.list(run)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        read.put(path.getFileName().toString(), Files.readAllBytes(path));
      }
    }
    return read;
  }
}
