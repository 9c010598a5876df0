package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that this program was built in, which has the sources of the peers. */
final class Checkout {
  private Checkout() {}

  /** The folder of the checkout. */
  static Path root() {
    Path code;
    try {
      code =
          Path.of(Checkout.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the program must be in a file", e);
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
