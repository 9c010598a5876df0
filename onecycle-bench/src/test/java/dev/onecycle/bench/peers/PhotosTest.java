package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.ImageDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotosTest {
  @TempDir Path folder;

  @Test
  void aPhotoHasTheSizeOfAPhoto() throws Exception {
    byte[] file = Photos.jpeg(7);
    assertThat(ImageDecoder.size(file, DecodeOptions.defaults()))
        .isEqualTo(new ImageShape(3, 375, 500));
    assertThat(file.length).isBetween(60_000, 100_000);
    assertThat(Photos.jpeg(7)).isEqualTo(file);
    assertThat(Photos.jpeg(8)).isNotEqualTo(file);
  }

  @Test
  void allPeersGetTheSamePhotos() throws Exception {
    PhotoWorkload workload =
        new PhotoWorkload(folder.resolve("photos"), 30, 8, PhotoWorkload.TRAINING);
    Path file = workload.write(folder.resolve("work"));
    assertThat(PhotoWorkload.read(file)).isEqualTo(workload);
    assertThat(Files.readString(file))
        .contains("side=224\n", "minShare=0.35\n", "classes=10\n", "part=training\n")
        .containsPattern("\nprecision=(bf16|fp32)\n");
    ImageDataset images = workload.images(folder.resolve("cache"));
    assertThat(images.size()).isEqualTo(20);
    assertThat(images.shape()).isEqualTo(new ImageShape(3, 224, 224));
    assertThat(images.cropShape()).isEqualTo(new ImageShape(3, 288, 288));
  }
}
