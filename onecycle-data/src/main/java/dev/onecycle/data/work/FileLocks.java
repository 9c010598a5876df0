package dev.onecycle.data.work;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks that one thread of one process holds at a time.
 *
 * <p>A lock belongs to the operating system, so a killed process leaves no lock behind; the empty
 * lock file remains.
 */
public final class FileLocks {
  /** File locks belong to a process; these exclude the threads of one process from each other. */
  private static final ConcurrentMap<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private FileLocks() {}

  /** Work that is done while the lock is held. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code work} while holding the lock; waits for the lock if necessary.
   *
   * @param folder an existing folder
   * @param name the name of the lock file in the folder
   */
  public static <T> T holding(Path folder, String name, Work<T> work) throws IOException {
    Path lockFile = folder.toRealPath().resolve(name);
    ReentrantLock mine = IN_PROCESS.computeIfAbsent(lockFile, path -> new ReentrantLock());
    mine.lock();
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IOException(lockFile + " cannot be locked");
      }
      return work.run();
    } finally {
      mine.unlock();
    }
  }
}
