package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that this program was built in: contestants have their sources there. */
final class Checkout {
  private Checkout() {}

  /** Its folder. */
  static Path root() {
    Path code;
    try {
      code =
          Path.of(Checkout.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of this program is a path", e);
    }
    for (Path folder = code; folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve("onecycle-bench/peers"))) {
        return folder;
      }
    }
    throw Require.invalid(
        "the program", "in a checkout", code, "run ./onecycle bench peers in the sources' folder");
  }
}
