package dev.onecycle.selftest.data;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A case of a data set in an archive or in a few files.
 *
 * @param name of the case
 * @param maker writes the data set
 * @param expected result of opening it
 */
record FileCase(String name, Maker maker, Expected expected) {
  /** Writes a data set below a folder and returns the path to open. */
  @FunctionalInterface
  interface Maker {
    Path write(Path folder) throws Exception;
  }

  /** The result of opening a data set. */
  sealed interface Expected {
    /** The data set is refused; the error holds the location and these texts. */
    record Refused(List<String> parts) implements Expected {}

    /** The data set is read. */
    record Read(int images) implements Expected {}

    /** One image is refused or skipped. */
    record Skipped(String image, String reason, int images) implements Expected {}
  }

  static FileCase refused(String name, Maker maker, String... parts) {
    return new FileCase(name, maker, new Expected.Refused(List.of(parts)));
  }

  static FileCase read(String name, Maker maker, int images) {
    return new FileCase(name, maker, new Expected.Read(images));
  }

  static FileCase skipped(String name, Maker maker, String image, String reason, int images) {
    return new FileCase(name, maker, new Expected.Skipped(image, reason, images));
  }

  Case asCase() {
    return new Case(name, this::check);
  }

  /** Opens the data set and requires the result, and no change outside of the cache. */
  private void check(Path folder) throws Exception {
    Path home = Files.createDirectories(folder.resolve("some/where/home"));
    Path location = maker.write(home);
    Path cache = home.resolve("cache");
    TreeMap<String, String> before = listing(folder, cache);
    DataOptions options = DataOptions.defaults().withCacheFolder(cache);
    DataOptions skipping = options.withSkipBad(true);
    if (expected instanceof Expected.Refused refused) {
      for (DataOptions each : List.of(options, skipping)) {
        Timed.refused(
            () -> Datasets.open(location.toString(), each),
            Stream.concat(Stream.of(location.toString()), refused.parts().stream())
                .toArray(String[]::new));
      }
    } else if (expected instanceof Expected.Skipped skipped) {
      Timed.refused(
          () -> Datasets.open(location.toString(), options),
          location + "/" + skipped.image() + " " + skipped.reason());
      DataSplits splits = Timed.within(() -> Datasets.open(location.toString(), skipping));
      Expect.equal(skipped.images(), splits.train().size(), "the number of images that are left");
      Expect.equal(skipped.image(), splits.report().skipped().get(0).origin(), "the image skipped");
    } else if (expected instanceof Expected.Read read) {
      DataSplits splits = Timed.within(() -> Datasets.open(location.toString(), options));
      Expect.equal(read.images(), splits.train().size(), "the number of images");
    }
    Expect.equal(before, listing(folder, cache), "the files outside of the cache");
    requireNothingUnpacked(cache);
  }

  private static TreeMap<String, String> listing(Path folder, Path cache) throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(path -> !path.startsWith(cache)).toList()) {
        String state = Files.isRegularFile(file) ? Files.size(file) + " bytes" : "no file";
        files.put(file.toString(), state + " of " + Files.getLastModifiedTime(file));
      }
    }
    // The parent of the cache gets a new time when the cache is created.
    files.keySet().remove(String.valueOf(cache.getParent()));
    return files;
  }

  private static void requireNothingUnpacked(Path cache) throws IOException {
    if (!Files.exists(cache)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(cache)) {
      for (Path file : walk.filter(path -> !Files.isDirectory(path)).toList()) {
        Expect.that(
            file.toString().matches(".*\\.(images|lock)"),
            () -> file.getFileName() + " must not be in the cache");
      }
    }
  }
}
