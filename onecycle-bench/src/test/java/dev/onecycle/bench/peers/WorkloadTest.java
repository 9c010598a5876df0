package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTest {
  @TempDir Path folder;

  @Test
  void allPeersGetTheSameImages() throws Exception {
    Workload workload = new Workload("shapes", 30, 20, 16);
    Path file = workload.write(folder);
    assertThat(Workload.read(file)).isEqualTo(workload);
    ImageDataset images = workload.images();
    byte[] pixels = Files.readAllBytes(folder.resolve("images.u8"));
    byte[] labels = Files.readAllBytes(folder.resolve("labels.u8"));
    assertThat(images.size()).isEqualTo(30);
    assertThat(pixels).hasSize(30 * images.shape().bytes());
    assertThat(labels).hasSize(30);
    for (int i : new int[] {0, 17, 29}) {
      assertThat(ByteBuffer.wrap(pixels, i * images.shape().bytes(), images.shape().bytes()))
          .isEqualTo(images.pixels(i));
      assertThat(labels[i]).isEqualTo((byte) images.label(i));
    }
    assertThat(Files.readString(file)).contains("count=30\n", "channels=3\n", "classes=10\n");
    assertThat(Files.readString(file)).containsPattern("\nprecision=(bf16|fp32)\n");
  }

  @Test
  void aLimitPicksEvenly() {
    ImageDataset all = new Workload("shapes", 0, 20, 16).images();
    ImageDataset few = new Workload("shapes", 4, 20, 16).images();
    assertThat(few.size()).isEqualTo(4);
    assertThat(few.pixels(3)).isEqualTo(all.pixels((int) (3L * all.size() / 4)));
    assertThat(new Workload("shapes", all.size() + 1, 20, 16).images().size())
        .isEqualTo(all.size());
  }
}
