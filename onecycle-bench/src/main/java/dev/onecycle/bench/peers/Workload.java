package dev.onecycle.bench.peers;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Compute;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.IntStream;

/**
 * The images and the network that every peer trains. The file {@code workload.properties}, with the
 * images beside it as plain bytes, describes them to programs that share no code with this one.
 *
 * @param location of the images, as for {@code train}
 * @param limit maximum number of images, evenly picked; 0 for all
 * @param depth of the residual network: 6n + 2
 * @param batchSize images a step
 */
record Workload(String location, int limit, int depth, int batchSize) implements Task {
  private static final String FILE = "workload.properties";

  @Override
  public String describe() {
    return "ResNet-" + depth + ", batch " + batchSize;
  }

  /** The training images, as {@code train} reads them. */
  ImageDataset images() {
    ImageDataset all = Datasets.open(location, DataOptions.defaults()).train();
    if (limit == 0 || limit >= all.size()) {
      return all;
    }
    return all.select(
        IntStream.range(0, limit).map(i -> (int) ((long) i * all.size() / limit)).toArray());
  }

  /** Writes the file and the images (uint8 in height, width, channel order) and labels (uint8). */
  Path write(Path folder) {
    ImageDataset images = images();
    int classes = images.classes().size();
    Require.that(classes <= 256, "classes", "at most 256 to be compared", classes, classes);
    Path pixels = folder.resolve("images.u8");
    Path labels = folder.resolve("labels.u8");
    try (OutputStream pixelsOut = new BufferedOutputStream(Files.newOutputStream(pixels), 1 << 20);
        OutputStream labelsOut = new BufferedOutputStream(Files.newOutputStream(labels))) {
      byte[] image = new byte[images.shape().bytes()];
      for (int i = 0; i < images.size(); i++) {
        images.read(i, image);
        pixelsOut.write(image);
        labelsOut.write(images.label(i));
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder, e);
    }
    ImageShape shape = images.shape();
    Path file = folder.resolve(FILE);
    AtomicFile.writeText(
        file,
        String.join(
            "\n",
            "location=" + location,
            "limit=" + limit,
            "depth=" + depth,
            "batchSize=" + batchSize,
            "images=" + pixels,
            "labels=" + labels,
            "count=" + images.size(),
            "channels=" + shape.channels(),
            "height=" + shape.height(),
            "width=" + shape.width(),
            "classes=" + classes,
            "precision=" + precision(),
            ""));
    return file;
  }

  /** The faster type of this processor, for a program that does not choose it itself. */
  private static String precision() {
    return Compute.of(LearnerSettings.defaults()).precision().name().toLowerCase(Locale.ROOT);
  }

  /** Reads a file that {@link #write} has written. */
  static Workload read(Path file) {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Workload(
        properties.getProperty("location"),
        Integer.parseInt(properties.getProperty("limit")),
        Integer.parseInt(properties.getProperty("depth")),
        Integer.parseInt(properties.getProperty("batchSize")));
  }
}
