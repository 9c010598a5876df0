package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.ImageCase.ignored;
import static dev.onecycle.selftest.data.ImageCase.read;
import static dev.onecycle.selftest.data.ImageCase.refused;

import dev.onecycle.selftest.harness.NotTriedException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Cases of links, pipes, unreadable and other unusual files in a class folder. */
final class StrangeFileCases {
  private StrangeFileCases() {}

  static List<ImageCase> all() {
    byte[] png = ImageFiles.encoded(ImageFiles.plain(BufferedImage.TYPE_INT_RGB), "png");
    return List.of(
        refused(
            "pipe", "pipe.jpg", path -> run("mkfifo", path.toString()), "is not a regular file"),
        refused(
            "link to /dev/zero",
            "zero.jpg",
            path -> link(path, Path.of("/dev/zero")),
            "is a link that leads out of "),
        refused(
            "link to itself", "loop.jpg", path -> link(path, path), "is a link that leads nowhere"),
        refused(
            "link to the folder above",
            "above.jpg",
            path -> link(path, path.resolveSibling("..")),
            "is a link to a folder that holds it"),
        read(
            "folder called a.jpg",
            "a.jpg",
            path -> {
              Files.createDirectory(path);
              Files.write(path.resolve("inside.png"), png);
            },
            ImageFiles.COLOUR),
        refused(
            "file that may not be read",
            "secret.png",
            path -> {
              Files.write(path, png);
              forbid(path);
            },
            "cannot be read: permission denied"),
        read(
            "name that is no valid text",
            "x.png",
            path -> {
              Files.write(path, png);
              rename(path);
            },
            ImageFiles.COLOUR),
        refused(
            "file of more than 64 MiB",
            "huge.png",
            path -> {
              try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength((64L << 20) + 1);
              }
            },
            "is larger than 64 MiB"),
        ignored(".DS_Store", ".DS_Store", path -> Files.write(path, new byte[] {0, 0, 0, 1})));
  }

  private static void link(Path link, Path target) throws IOException {
    try {
      Files.createSymbolicLink(link, target);
    } catch (UnsupportedOperationException e) {
      throw new NotTriedException("the file system has no links");
    }
  }

  private static void forbid(Path file) throws IOException {
    try {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    } catch (UnsupportedOperationException e) {
      throw new NotTriedException("the file system has no permissions");
    }
    if (Files.isReadable(file)) {
      throw new NotTriedException("this user may read every file");
    }
  }

  /** A shell gives the file a name that is not UTF-8; Java cannot. */
  private static void rename(Path file) throws IOException, InterruptedException {
    Path folder = file.resolveSibling(".");
    run("sh", "-c", "mv \"$0/x.png\" \"$0/$(printf 'x\\377\\376.png')\"", folder.toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new NotTriedException("there is no command " + command[0]);
    }
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new NotTriedException(
          "the file system does not allow it: " + String.join(" ", command));
    }
  }
}
