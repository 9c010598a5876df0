package dev.onecycle.run;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.fault.Faults;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second process out of a run's folder. The lock is the operating system's, so that a
 * killed process leaves nothing locked; the file stays.
 */
final class RunLock implements AutoCloseable {
  static final String FILE = ".lock";

  private final RandomAccessFile file;

  private RunLock(RandomAccessFile file) {
    this.file = file;
  }

  /**
   * Takes the lock of a folder that is there.
   *
   * @throws CannotWriteException where another has it
   */
  static RunLock take(Path folder) {
    try {
      RandomAccessFile file = new RandomAccessFile(folder.resolve(FILE).toFile(), "rw");
      @Nullable FileLock lock = lock(file);
      if (lock == null) {
        String owner = owner(file);
        file.close();
        throw new IOException(
            "it is in use by process " + owner + "; wait for its end, or name another with --out");
      }
      file.setLength(0);
      file.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8));
      Faults.at("lock.taken");
      return new RunLock(file);
    } catch (IOException e) {
      throw AtomicFile.cannotCreate(folder, e);
    }
  }

  private static @Nullable FileLock lock(RandomAccessFile file) throws IOException {
    try {
      return file.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another thread of this process
    }
  }

  private static String owner(RandomAccessFile file) throws IOException {
    byte[] text = new byte[(int) Math.min(20, file.length())];
    file.readFully(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw AtomicFile.cannotWrite(Path.of(FILE), e);
    }
  }
}
