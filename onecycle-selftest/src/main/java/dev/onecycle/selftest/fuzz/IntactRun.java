package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of a run that is trained once; cases damage copies of them. */
final class IntactRun {
  static final String MODEL = "model.safetensors";
  static final String RECORD = "run.json";

  private final Program program;
  private @Nullable Map<String, byte[]> files;

  IntactRun(Program program) {
    this.program = program;
  }

  /** The bytes of the files by name; the first call trains the run. */
  synchronized Map<String, byte[]> files(HostileFiles caseFiles) throws IOException {
    Map<String, byte[]> known = files;
    if (known == null) {
      known = trained(caseFiles);
      files = known;
    }
    return known;
  }

  private Map<String, byte[]> trained(HostileFiles caseFiles) throws IOException {
    Path run = caseFiles.folder().resolve("intact");
    ProcessUnderTest process =
        program.start(
            caseFiles.folder(),
            List.of(),
            "train",
            caseFiles.images(),
            "--max-lr",
            "0.01",
            "--epochs",
            "1",
            "--batch-size",
            "2",
            "--quiet",
            "--cache",
            caseFiles.folder().resolve("intact-cache").toString(),
            "--out",
            run.toString());
    process.requireExitCode(0);
    Map<String, byte[]> read = new TreeMap<>();
    try (Stream<Path> paths = Files.list(run)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        read.put(path.getFileName().toString(), Files.readAllBytes(path));
      }
    }
    return read;
  }
}
