package dev.onecycle.data.download;

import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.data.work.FileLocks;
import dev.onecycle.data.work.InterruptedRead;
import dev.onecycle.error.BadDataException;
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
 * Downloads files whose size and SHA-256 are known.
 *
 * <p>A download goes to a {@code .part} file, which a later attempt continues. It is renamed only
 * when size and hash match, so a file of the final name is complete. A file that the user put there
 * is checked in the same way. One process downloads at a time.
 */
public final class Downloader {
  private static final int HTTP_RANGE_NOT_SATISFIABLE = 416;

  private final Path folder;
  private final boolean offline;
  private final Patience patience;
  private final ReadingListener listener;

  /**
   * The number of attempts and their time limits.
   *
   * @param attempts the number of attempts in all
   * @param pause the time before the second attempt; it doubles from attempt to attempt
   * @param silence the time without data, or with less than {@code minBytes}, that ends an attempt
   * @param minBytes the number of bytes below which a connection counts as silent
   */
  public record Patience(int attempts, Duration pause, Duration silence, long minBytes) {
    /** The limits for servers on the internet. */
    public static final Patience STANDARD =
        new Patience(5, Duration.ofSeconds(1), Duration.ofSeconds(30), 30 << 10);
  }

  /**
   * @param folder contains a folder for each set
   * @param offline whether downloads are forbidden
   * @param listener observes the progress
   */
  public Downloader(Path folder, boolean offline, Patience patience, ReadingListener listener) {
    this.folder = folder;
    this.offline = offline;
    this.patience = patience;
    this.listener = listener;
  }

  /** The folder of the files of a set. */
  public Path folder(String set) {
    return folder.resolve(set);
  }

  /** A failed attempt. */
  private static final class Failed extends Exception {
    private final boolean worthAnotherAttempt;

    Failed(String reason, boolean worthAnotherAttempt) {
      super(reason);
      this.worthAnotherAttempt = worthAnotherAttempt;
    }
  }

  /**
   * The verified local file, downloaded if it is missing.
   *
   * @throws BadDataException if the file can neither be found nor downloaded, or its content is
   *     wrong
   * @throws dev.onecycle.error.CannotWriteException if the folder of downloads cannot be written
   */
  public Path get(RemoteFile file) {
    Path home = folder(file.set());
    Path target = home.resolve(file.name());
    if (Files.exists(target)) {
      return verified(file, target);
    }
    if (offline) {
      throw missing(file, target, "downloads are not allowed offline");
    }
    try {
      Files.createDirectories(home);
      return FileLocks.holding(
          home,
          ".lock",
          () -> Files.exists(target) ? verified(file, target) : download(file, target));
    } catch (IOException e) {
      throw IoErrors.cannotCreate(target, e);
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
        if (!e.worthAnotherAttempt || attempt >= patience.attempts()) {
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

  /** Checks and renames the file. A wrong hash may be due to bytes of an earlier attempt. */
  private static void finish(RemoteFile file, Path part, Path target, boolean continued)
      throws IOException, Failed {
    String sha256 = Sha256.of(part);
    if (!sha256.equals(file.sha256())) {
      Files.delete(part);
      throw new Failed(
          "the downloaded file must have SHA-256 " + file.sha256() + " but has " + sha256,
          continued);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Completes the part file; returns whether it has bytes of an earlier attempt. */
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
      long from = start(connection, have, file);
      try (InputStream in = connection.getInputStream();
          OutputStream out = open(part, from > 0)) {
        copy(in, out, from, file);
      }
      return from > 0;
    } catch (UnknownHostException e) {
      throw new Failed(IoErrors.reason(e), false);
    } catch (StalePart e) {
      Files.delete(part);
      throw new Failed("the server does not continue the earlier download", true);
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

  /** Checks the head of the response; returns the position at which its data begin. */
  private static long start(HttpURLConnection connection, long have, RemoteFile file)
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
        throw new Failed(
            "the server sends more than the " + file.bytes() + " expected bytes", false);
      }
      try {
        out.write(buffer, 0, n);
      } catch (IOException e) {
        throw new WriteFailure(e);
      }
      listener.progressed("Downloading " + file.uri(), done, file.bytes());
      windowBytes += n;
      if (System.nanoTime() > windowEnd) {
        if (windowBytes < patience.minBytes() && done < file.bytes()) {
          throw new Failed("the server is too slow", true);
        }
        windowBytes = 0;
        windowEnd = System.nanoTime() + patience.silence().toNanos();
      }
    }
    if (done < file.bytes()) {
      throw new Failed("only " + done + " of " + file.bytes() + " bytes were received", true);
    }
  }

  private static OutputStream open(Path part, boolean append) throws WriteFailure {
    try {
      return new FileOutputStream(part.toFile(), append);
    } catch (IOException e) {
      throw new WriteFailure(e);
    }
  }

  /** The server has no data at the end of the part file. */
  private static final class StalePart extends IOException {}

  /** A failed write to disk, as distinct from a lost connection. */
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
