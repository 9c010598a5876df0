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
 * Work that only one process, and only one thread in it, does at a time.
 *
 * <p>The lock is the operating system's, so that a killed process leaves nothing locked; the lock
 * file stays.
 */
public final class FileLocks {
  /** File locks are held per process: threads of one process exclude each other by these. */
  private static final ConcurrentMap<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private FileLocks() {}

  /** What is done under the lock. */
  public interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code work} once nobody else holds the lock.
   *
   * @param folder an existing folder
   * @param name of the lock file in it
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
