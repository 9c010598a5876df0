package dev.onecycle.torch.script;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.torch.engine.module.SavedScript;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes networks as TorchScript files. */
public final class ScriptWriter {
  private ScriptWriter() {}

  /**
   * Writes a program with its arrays, whole or not at all.
   *
   * @param forward the source of {@code def forward(self, x: Tensor) -> Tensor}, in TorchScript; it
   *     reads arrays as attributes of {@code self}, where a dot in a name leads into a module
   * @param arrays by their names in the state dict
   * @param metadata extra files by name
   */
  public static void write(
      String forward, List<NamedTensor> arrays, Map<String, String> metadata, Path file) {
    writing(file, copy -> SavedScript.write(forward, arrays, metadata, copy));
  }

  /**
   * Writes a TorchScript file again, with other weights.
   *
   * @param arrays by their names in the state dict
   * @param metadata extra files by name
   * @throws BadDataException where the file has changed since it was opened
   */
  public static void write(
      Script script, List<NamedTensor> arrays, Map<String, String> metadata, Path file) {
    writing(file, copy -> SavedScript.write(script.file(), arrays, metadata, copy));
  }

  private static void writing(Path file, Consumer<Path> work) {
    Path copy;
    try {
      copy = Files.createTempFile("onecycle-export", ".pt");
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a file for " + file, e);
    }
    try {
      work.accept(copy);
      AtomicFile.write(file, out -> Files.copy(copy, out));
    } finally {
      try {
        Files.deleteIfExists(copy);
      } catch (IOException e) {
        System.getLogger(ScriptWriter.class.getName())
            .log(System.Logger.Level.DEBUG, () -> "left over: " + IoErrors.reason(e), e);
      }
    }
  }
}
