package dev.onecycle.bench.peers;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.data.augment.ResizedCrop;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Compute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;

/**
 * Photos, and what is done with them. The file {@code photos.properties} describes both to programs
 * that share no code with this one.
 *
 * @param photos the folder of the files, with a folder for each class
 * @param count the number of files
 * @param batchSize images a step
 * @param part {@link #DATA} or {@link #TRAINING}
 */
record PhotoWorkload(Path photos, int count, int batchSize, String part) implements Task {
  /** From files to augmented batches, without a network. */
  static final String DATA = "data";

  /** The training of a ResNet-18 with them. */
  static final String TRAINING = "training";

  static final String MODEL = "resnet18";
  static final int SIDE = 224;

  private static final double MIN_SHARE = 0.35;
  private static final String FILE = "photos.properties";

  /** Random crops of 0.35 to 1 of the area, with ratios of 3/4 to 4/3, and flips. */
  static Augmentation augmentation() {
    return Augmentation.none()
        .withFlip(Flip.RANDOM)
        .withCrop(new ResizedCrop(MIN_SHARE, 1, ResizedCrop.STANDARD_RATIO));
  }

  /** The training images, as {@code train} reads them. */
  ImageDataset images(Path cache) {
    DataOptions options =
        DataOptions.defaults()
            .withImageSize(SIDE)
            .withCropMargin(new CropMargin(CropMargin.STANDARD_FACTOR, 1))
            .withCacheFolder(cache);
    return Datasets.open(photos.toString(), options).train();
  }

  @Override
  public String describe() {
    return Numbers.format(
        "%s%,d photos of %d×%d as JPEG, crops of %d, batch %d",
        part.equals(DATA) ? "Data path alone, " : "ResNet-18, ",
        count,
        Photos.WIDTH,
        Photos.HEIGHT,
        SIDE,
        batchSize);
  }

  /** Writes the photos, and the file. */
  Path write(Path folder) {
    Photos.write(photos, count);
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
    AtomicFile.writeText(
        file,
        String.join(
            "\n",
            "photos=" + photos,
            "count=" + count,
            "batchSize=" + batchSize,
            "part=" + part,
            "side=" + SIDE,
            "minShare=" + MIN_SHARE,
            "classes=" + Photos.CLASSES,
            "precision="
                + Compute.of(LearnerSettings.defaults())
                    .precision()
                    .name()
                    .toLowerCase(Locale.ROOT),
            ""));
    return file;
  }

  /** Reads a file that {@link #write} has written. */
  static PhotoWorkload read(Path file) {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
    return new PhotoWorkload(
        Path.of(properties.getProperty("photos")),
        Integer.parseInt(properties.getProperty("count")),
        Integer.parseInt(properties.getProperty("batchSize")),
        properties.getProperty("part"));
  }
}
