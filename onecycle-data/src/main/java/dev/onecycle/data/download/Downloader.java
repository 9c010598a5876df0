package dev.onecycle.data.download;

import dev.onecycle.data.work.FileLocks;
import dev.onecycle.data.work.InterruptedRead;
import dev.onecycle.data.work.ReadingListener;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Sha256;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;

/**
 * Fetches files whose size and SHA-256 are known.
 *
 * <p>A download goes to a {@code .part} file, which a later try continues, and gets its name, by a
 * rename, only when size and hash are right: a file of that name is never half a file. A file that
 * the user put there is checked the same way. One process downloads at a time.
 */
public final class Downloader {
  private static final int HTTP_RANGE_NOT_SATISFIABLE = 416;

  private final Path folder;
  private final boolean offline;
  private final Patience patience;
  private final ReadingListener progress;

  /**
   * How long to wait, and how often to try.
   *
   * @param tries in all
   * @param pause before the second try; it doubles from try to try
   * @param silence without any data, or with less than {@code leastBytes}, after which a try ends
   * @param leastBytes data below which a connection counts as silent
   */
  public record Patience(int tries, Duration pause, Duration silence, long leastBytes) {
    /** For servers anywhere. */
    public static final Patience STANDARD =
        new Patience(5, Duration.ofSeconds(1), Duration.ofSeconds(30), 30 << 10);
  }

  /**
   * @param folder holds a folder for each set
   * @param offline whether only files that are there may be used
   * @param progress hears how far a download has come
   */
  public Downloader(Path folder, boolean offline, Patience patience, ReadingListener progress) {
    this.folder = folder;
    this.offline = offline;
    this.patience = patience;
    this.progress = progress;
  }

  /** Where the files of a set are kept. */
  public Path folder(String set) {
    return folder.resolve(set);
  }

  /** A failed try. */
  private static final class Failed extends Exception {
    private final boolean worthAnotherTry;

    Failed(String reason, boolean worthAnotherTry) {
      super(reason);
      this.worthAnotherTry = worthAnotherTry;
    }
  }

  /**
   * The verified local file.
   *
   * @throws BadDataException if it can neither be found nor downloaded, or is not what it should be
   */
  public Path get(RemoteFile file) {
    Path home = folder(file.set());
    Path target = home.resolve(file.name());
    if (Files.exists(target)) {
      return verified(file, target);
    }
    if (offline) {
      throw missing(file, target, "it may not be downloaded, being offline");
    }
    try {
      Files.createDirectories(home);
      return FileLocks.holding(
          home,
          ".lock",
          () -> Files.exists(target) ? verified(file, target) : download(file, target));
    } catch (IOException e) {
      throw CannotWriteException.creating(
          target + " cannot be written: " + IoErrors.reason(e) + "; choose another cache folder",
          e);
    }
  }

  private Path verified(RemoteFile file, Path target) {
    try {
      long bytes = Files.size(target);
      if (bytes != file.bytes()) {
        throw new BadDataException(
            target + " must have " + file.bytes() + " bytes but has " + bytes + "; remove it");
      }
      String sha256 = Sha256.of(target);
      if (!sha256.equals(file.sha256())) {
        throw new BadDataException(
            target + " must have SHA-256 " + file.sha256() + " but has " + sha256 + "; remove it");
      }
      return target;
    } catch (IOException e) {
      throw IoErrors.cannotRead(target, e);
    }
  }

  private Path download(RemoteFile file, Path target) throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Duration pause = patience.pause();
    for (int attempt = 1; ; attempt++) {
      try {
        boolean continued = fetch(file, part);
        finish(file, part, target, continued);
        return target;
      } catch (Failed e) {
        if (!e.worthAnotherTry || attempt >= patience.tries()) {
          throw missing(file, target, String.valueOf(e.getMessage()));
        }
      }
      try {
        Thread.sleep(pause.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw InterruptedRead.whileDoing("downloading " + file.uri(), e);
      }
      pause = pause.multipliedBy(2);
    }
  }

  /** A wrong hash is worth another try only where bytes of an earlier try may be to blame. */
  private static void finish(RemoteFile file, Path part, Path target, boolean continued)
      throws IOException, Failed {
    String sha256 = Sha256.of(part);
    if (!sha256.equals(file.sha256())) {
      Files.delete(part);
      throw new Failed(
          "what came must have SHA-256 " + file.sha256() + " but has " + sha256, continued);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Completes the part file; answers whether an earlier try had begun it. */
  private boolean fetch(RemoteFile file, Path part) throws IOException, Failed {
    long have = Files.exists(part) ? Files.size(part) : 0;
    if (have > file.bytes()) {
      Files.delete(part);
      have = 0;
    }
    if (have == file.bytes()) {
      return true;
    }
    HttpURLConnection connection = null;
    try {
      connection = (HttpURLConnection) file.uri().toURL().openConnection();
      connection.setConnectTimeout((int) patience.silence().toMillis());
      connection.setReadTimeout((int) patience.silence().toMillis());
      connection.setRequestProperty("User-Agent", "onecycle");
      connection.setRequestProperty("Accept-Encoding", "identity");
      if (have > 0) {
        connection.setRequestProperty("Range", "bytes=" + have + "-");
      }
      long from = answer(connection, have, file);
      try (InputStream in = connection.getInputStream();
          OutputStream out = open(part, from > 0)) {
        copy(in, out, from, file);
      }
      return from > 0;
    } catch (UnknownHostException e) {
      throw new Failed(IoErrors.reason(e), false);
    } catch (StalePart e) {
      Files.delete(part);
      throw new Failed("the server does not continue what was begun", true);
    } catch (WriteFailure e) {
      throw e.cause;
    } catch (IOException e) {
      throw new Failed(IoErrors.reason(e), true);
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }

  /** Checks the head of the answer; answers the position at which its data begin. */
  private static long answer(HttpURLConnection connection, long have, RemoteFile file)
      throws IOException, Failed {
    int status = connection.getResponseCode();
    if (status == HTTP_RANGE_NOT_SATISFIABLE) {
      throw new StalePart();
    }
    if (status != 200 && status != 206) {
      throw new Failed("the server answers " + status, status >= 500 || status == 429);
    }
    String type = String.valueOf(connection.getContentType()).toLowerCase(Locale.ROOT);
    if (type.contains("html")) {
      throw new Failed("the server answers with a web page instead of the file", false);
    }
    boolean continues =
        status == 206
            && String.valueOf(connection.getHeaderField("Content-Range"))
                .startsWith("bytes " + have + "-");
    long from = continues ? have : 0;
    if (status == 206 && !continues) {
      throw new Failed("the server answers with another part of the file", false);
    }
    long length = connection.getContentLengthLong();
    if (length >= 0 && from + length != file.bytes()) {
      throw new Failed(
          "the server's file has " + (from + length) + " bytes instead of " + file.bytes(), false);
    }
    return from;
  }

  private void copy(InputStream in, OutputStream out, long from, RemoteFile file)
      throws IOException, Failed {
    byte[] buffer = new byte[1 << 16];
    long done = from;
    long windowBytes = 0;
    long windowEnd = System.nanoTime() + patience.silence().toNanos();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      done += n;
      if (done > file.bytes()) {
        throw new Failed("the server sends more than the " + file.bytes() + " bytes known", false);
      }
      try {
        out.write(buffer, 0, n);
      } catch (IOException e) {
        throw new WriteFailure(e);
      }
      progress.update("Downloading " + file.uri(), done, file.bytes());
      windowBytes += n;
      if (System.nanoTime() > windowEnd) {
        if (windowBytes < patience.leastBytes() && done < file.bytes()) {
          throw new Failed("the server is too slow", true);
        }
        windowBytes = 0;
        windowEnd = System.nanoTime() + patience.silence().toNanos();
      }
    }
    if (done < file.bytes()) {
      throw new Failed("only " + done + " of " + file.bytes() + " bytes came", true);
    }
  }

  private static OutputStream open(Path part, boolean append) throws WriteFailure {
    try {
      return new FileOutputStream(part.toFile(), append);
    } catch (IOException e) {
      throw new WriteFailure(e);
    }
  }

  /** The server has nothing at the position where the part file ends. */
  private static final class StalePart extends IOException {}

  /** Keeps a full disk apart from a lost connection. */
  private static final class WriteFailure extends IOException {
    private final IOException cause;

    WriteFailure(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private static BadDataException missing(RemoteFile file, Path target, String reason) {
    return new BadDataException(
        file.uri() + " was not downloaded: " + reason + "; put it there yourself as " + target);
  }
}
