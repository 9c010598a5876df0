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

/**
 * Writes networks as TorchScript files.
 *
 * <p>The engine writes a copy beside the file first. It may end the process where a disk is full,
 * so there must be room for both before it begins.
 */
public final class ScriptWriter {
  /** Of names, program and metadata. */
  private static final long OVERHEAD = 1 << 20;

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
    writing(file, bytes(arrays), copy -> SavedScript.write(forward, arrays, metadata, copy));
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
    long bytes = script.file().path().toFile().length();
    writing(file, bytes, copy -> SavedScript.write(script.file(), arrays, metadata, copy));
  }

  private static long bytes(List<NamedTensor> arrays) {
    return arrays.stream().mapToLong(array -> (long) Float.BYTES * array.values().length).sum();
  }

  /**
   * @param bytes that the file has at least
   */
  private static void writing(Path file, long bytes, Consumer<Path> work) {
    boolean isDevice = Files.exists(file) && !Files.isRegularFile(file);
    Path copy;
    try {
      copy =
          isDevice
              ? Files.createTempFile("onecycle-export", ".pt")
              : Files.createTempFile(file.toAbsolutePath().getParent(), ".onecycle-export", ".pt");
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a file for " + file, e);
    }
    try {
      requireRoom(copy, file, 2 * (bytes + OVERHEAD));
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

  private static void requireRoom(Path copy, Path file, long bytes) {
    long room;
    try {
      room = Files.getFileStore(copy).getUsableSpace();
    } catch (IOException e) {
      return; // a file system that does not tell
    }
    if (room < bytes) {
      throw IoErrors.cannotWrite(
          file, new IOException("its disk has " + room + " bytes of room, and it needs " + bytes));
    }
  }
}
