package dev.onecycle.run;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock of a run's folder, which keeps a second process out. It is a lock of the operating
 * system, so a killed process leaves nothing locked; its file stays.
 */
public final class RunLock implements AutoCloseable {
  static final String FILE = ".lock";

  /** Attempts, and the pause between them: {@link #isHeld} may have the lock for a moment. */
  private static final int ATTEMPTS = 5;

  private static final long PAUSE_NANOS = 20_000_000;

  /**
   * Folders that this process has locked: closing a second descriptor of a file would release the
   * lock of the first.
   */
  private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final RandomAccessFile file;

  private RunLock(Path folder, RandomAccessFile file) {
    this.folder = folder;
    this.file = file;
  }

  /**
   * Takes the lock of a folder that exists.
   *
   * @throws CannotWriteException where it is locked already
   */
  public static RunLock take(Path folder) {
    try {
      Path real = folder.toRealPath();
      RunLock lock;
      synchronized (TAKEN) {
        if (!TAKEN.add(real)) {
          throw inUse(Long.toString(ProcessHandle.current().pid()));
        }
        try {
          lock = new RunLock(real, locked(real.resolve(FILE)));
        } catch (IOException e) {
          TAKEN.remove(real);
          throw e;
        }
      }
      Faults.at("lock.taken");
      return lock;
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
  }

  /**
   * Whether a process has the lock of a folder; writes nothing.
   *
   * @throws IOException where the system cannot tell
   */
  public static boolean isHeld(Path folder) throws IOException {
    Path real = folder.toRealPath();
    synchronized (TAKEN) {
      if (TAKEN.contains(real)) {
        return true; // opening its file here and closing it would release the lock
      }
      Path file = real.resolve(FILE);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      }
    }
  }

  private static boolean lockedBy(RandomAccessFile file) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      if (file.getChannel().tryLock() != null) {
        return true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return false;
  }

  private static RandomAccessFile locked(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      if (!lockedBy(file)) {
        throw inUse(owner(file));
      }
      file.setLength(0);
      file.write(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8));
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static IOException inUse(String owner) {
    return new IOException("it is in use by process " + owner + "; wait for its end");
  }

  private static String owner(RandomAccessFile file) throws IOException {
    byte[] text = new byte[(int) Math.min(20, file.length())];
    file.readFully(text);
    return text.length == 0 ? "unknown" : new String(text, StandardCharsets.UTF_8);
  }

  /** Releases the folder; a second call does nothing. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder.resolve(FILE), e);
    } finally {
      TAKEN.remove(folder);
    }
  }
}
