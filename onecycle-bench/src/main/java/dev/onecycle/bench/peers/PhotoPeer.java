package dev.onecycle.bench.peers;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Onecycle as a peer on photos: its data path alone, or training with it. */
public final class PhotoPeer {
  private PhotoPeer() {}

  /** Works until the process is ended; the argument is the file of the workload. */
  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    PhotoWorkload workload = PhotoWorkload.read(file);
    long begin = System.nanoTime();
    ImageDataset images = workload.images(file.resolveSibling("cache"));
    double opened = (System.nanoTime() - begin) / 1e9;
    String path =
        Numbers.format(
            "crops from decoded images of %d×%d, opened in %.1f s",
            images.cropShape().height(), images.cropShape().width(), opened);
    if (workload.part().equals(PhotoWorkload.DATA)) {
      OnecyclePeer.print(new PeerMessage.Hello("uint8 NHWC, " + path, 0, Map.of()));
      read(images, workload.batchSize());
    } else {
      train(images, workload.batchSize(), path);
    }
  }

  private static void read(ImageDataset images, int batchSize) {
    Sampler sampler = Sampler.shuffled(images.size(), batchSize, 0);
    try (BatchLoader batches = BatchLoader.endless(images, PhotoWorkload.augmentation(), sampler)) {
      while (!System.out.checkError()) {
        try (Batch batch = batches.next()) {
          OnecyclePeer.print(new PeerMessage.Step(batch.size(), batch.values().get(0)));
        }
      }
    }
  }

  private static void train(ImageDataset images, int batchSize, String path) {
    try (Learner learner =
        Learner.prepare(
            Models.byName(PhotoWorkload.MODEL).network(images.shape(), images.classes().size(), 0),
            images,
            LearnerSettings.defaults())) {
      String setup =
          Numbers.format(
              "%s, %s, %d threads",
              learner.precision().toString().toLowerCase(Locale.ROOT), path, learner.threads());
      OnecyclePeer.print(
          new PeerMessage.Hello(
              setup, learner.parameterCount(), Map.of("libtorch", OnecyclePeer.engine())));
      OnecyclePeer.train(learner, images, PhotoWorkload.augmentation(), batchSize);
    }
  }
}
