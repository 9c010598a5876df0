package dev.onecycle.selftest.data;

import dev.onecycle.data.download.RemoteFile;
import java.net.URI;
import java.nio.file.Path;

/** Downloads one file, in a process of its own. */
final class DownloadMain {
  private DownloadMain() {}

  /**
   * Ends with an exception if the file does not come.
   *
   * @param args address, size, SHA-256, folder
   */
  public static void main(String[] args) {
    RemoteFile file =
        new RemoteFile(URI.create(args[0]), "set", Server.NAME, Long.parseLong(args[1]), args[2]);
    Server.downloader(Path.of(args[3])).get(file);
  }
}
