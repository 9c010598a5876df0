package dev.onecycle.torch.job;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Optional;

/**
 * The weights of a run, for a training that follows it on the same ranks. The folder of a run is on
 * the machine of rank 0 alone: the others get a copy of its model from there, which is removed when
 * this is closed.
 */
public final class RunWeights implements AutoCloseable {
  /** Of a file at once, so that a large model needs no more memory than that. */
  private static final int PART = 8 << 20;

  private final Path path;
  private final Optional<Path> copies;

  private RunWeights(Path path, Optional<Path> copies) {
    this.path = path;
    this.copies = copies;
  }

  /**
   * The weights of a finished run. A call of all ranks.
   *
   * @param run its folder, as rank 0 names it
   * @return the weights, to be closed by the caller after the training that begins with them
   * @throws BadDataException on rank 0, where they cannot be read
   * @throws dev.onecycle.error.RankException on all others then
   */
  public static RunWeights of(Path run, ProcessGroup ranks) {
    if (ranks.isAlone()) {
      return new RunWeights(run, Optional.empty());
    }
    Path folder = ranks.isFirst() ? run : made();
    RunWeights weights =
        ranks.isFirst()
            ? new RunWeights(run, Optional.empty())
            : new RunWeights(folder.resolve(ModelFile.NAME), Optional.of(folder));
    try {
      exchange(folder.resolve(ModelFile.NAME), ranks, true);
      exchange(folder.resolve(ModelFile.SCRIPT), ranks, false);
      return weights;
    } catch (IOException e) {
      weights.close();
      throw IoErrors.cannotWrite(folder, e);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private static Path made() {
    try {
      return Files.createTempDirectory("onecycle-weights");
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a temporary folder for weights", e);
    }
  }

  /**
   * Reads a file on rank 0 and writes it on the others.
   *
   * @param needed whether it is an error where rank 0 has none
   */
  private static void exchange(Path file, ProcessGroup ranks, boolean needed) throws IOException {
    long size = Long.parseLong(ranks.ofFirst(() -> Long.toString(size(file, needed))));
    for (long begin = 0; begin < size; begin += PART) {
      long from = begin;
      int length = (int) Math.min(PART, size - from);
      String text = ranks.ofFirst(() -> part(file, from, length));
      if (!ranks.isFirst()) {
        Files.write(
            file,
            Base64.getDecoder().decode(text),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    }
  }

  /** Its size; 0 where there is no file and none is needed. */
  private static long size(Path file, boolean needed) {
    try {
      return needed || Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** Bytes of a file as a text, which is what ranks exchange. */
  private static String part(Path file, long begin, int length) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] bytes = Channels.newInputStream(channel.position(begin)).readNBytes(length);
      return Base64.getEncoder().encodeToString(bytes);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** The folder or file that a training begins with, as the setting {@code from}. */
  public Path path() {
    return path;
  }

  /** Removes the copy. */
  @Override
  public void close() {
    if (copies.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(copies.get().resolve(ModelFile.NAME));
      Files.deleteIfExists(copies.get().resolve(ModelFile.SCRIPT));
      Files.deleteIfExists(copies.get());
    } catch (IOException e) {
      System.getLogger(RunWeights.class.getName())
          .log(System.Logger.Level.WARNING, () -> "left over: " + copies.get(), e);
    }
  }
}
