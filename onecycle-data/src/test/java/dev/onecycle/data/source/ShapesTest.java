package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesTest {
  @TempDir Path temp;

  @Test
  void theNamedSetHasTenBalancedClasses() {
    DataSplits splits = Datasets.open("shapes", options());
    assertThat(splits.train().size()).isEqualTo(6000);
    assertThat(splits.evaluation().size()).isEqualTo(1000);
    assertThat(splits.evaluationName()).isEqualTo("test");
    assertThat(splits.train().classes())
        .containsExactly(
            "disc",
            "ring",
            "square",
            "frame",
            "triangle",
            "cross",
            "star",
            "rows",
            "columns",
            "checker");
    int[] counts = new int[10];
    for (int i = 0; i < 1000; i++) {
      counts[splits.evaluation().label(i)]++;
    }
    assertThat(counts).containsOnly(100);
    assertThat(splits.train().shape()).isEqualTo(new ImageShape(3, 32, 32));
  }

  /** The same bytes on every platform, release and number of threads. */
  @Test
  void theSetIsPinned() {
    assertThat(Datasets.open("shapes", options()).fingerprint())
        .isEqualTo("85fe2ad0a68451f39b902ee84481f81b96fa0cc0bf9bfcac1774d2e71996a5e0");
  }

  @Test
  void forTuningNoTestImageIsGenerated() {
    DataSplits whole = Datasets.open("shapes", options());
    Set<Long> totals = ConcurrentHashMap.newKeySet();
    TuningData tuning =
        Datasets.openForTuning(
            "shapes", options().withListener((task, done, total) -> totals.add(total)));
    assertThat(totals).containsExactly(6000L);
    assertThat(tuning.validation().size()).isEqualTo(600);
    TestDatasets.assertTunes(tuning, whole);
  }

  @Test
  void anImageDependsOnSeedPartAndIndexAlone() {
    ImageDataset few = Shapes.generate(1, "train", 20);
    ImageDataset many = Shapes.generate(1, "train", 40);
    assertThat(TestDatasets.pixels(many, 13)).isEqualTo(TestDatasets.pixels(few, 13));
    DataSplits splits = Datasets.open("shapes", options());
    assertThat(TestDatasets.pixels(splits.train(), 13)).isEqualTo(TestDatasets.pixels(few, 13));
    assertThat(TestDatasets.pixels(splits.evaluation(), 13))
        .isNotEqualTo(TestDatasets.pixels(few, 13));
    assertThat(TestDatasets.pixels(Shapes.generate(2, "train", 20), 13))
        .isNotEqualTo(TestDatasets.pixels(few, 13));
  }

  @Test
  void noTwoImagesAreAlike() {
    ImageDataset data = Shapes.generate(5, "train", 500);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      seen.add(java.util.Arrays.toString(TestDatasets.pixels(data, i)));
    }
    assertThat(seen).hasSize(500);
  }

  @Test
  void anotherSizeAndTheModelsChannelsAreServed() {
    assertThat(Datasets.open("shapes", options().withImageSize(16)).train().shape())
        .isEqualTo(new ImageShape(3, 16, 16));
    EvaluationSplit grey =
        Datasets.openEvaluation("shapes", new ImageShape(1, 32, 32), Shapes.classes(), options());
    assertThat(grey.images().size()).isEqualTo(1000);
    assertThat(grey.images().shape().channels()).isEqualTo(1);
  }

  /** Points that are inside or outside of each shape, by looking at it. */
  @Test
  void outlinesAreWhatTheirNamesSay() {
    double[] centre = {0, 0};
    double[] right = {0.8, 0};
    double[] corner = {0.75, 0.75};
    double[] between = {0, 0.35};
    assertInside("disc", List.of(centre, right), List.of(corner));
    assertInside("ring", List.of(right), List.of(centre, corner));
    assertInside("square", List.of(centre, corner), List.of(new double[] {0, 0.9}));
    assertInside("frame", List.of(corner, right), List.of(centre, between));
    assertInside("triangle", List.of(centre, new double[] {0, -0.9}), List.of(corner));
    assertInside("cross", List.of(centre, right), List.of(corner));
    assertInside("star", List.of(centre, right), List.of(corner, new double[] {-0.5, 0}));
    assertInside("rows", List.of(centre, right), List.of(between));
    assertInside(
        "columns", List.of(centre, new double[] {0, 0.8}), List.of(new double[] {0.35, 0}));
    assertInside(
        "checker",
        List.of(new double[] {0.2, 0.2}, new double[] {-0.2, -0.2}),
        List.of(new double[] {-0.2, 0.2}, new double[] {0.2, -0.2}));
  }

  private static void assertInside(String name, List<double[]> inside, List<double[]> outside) {
    ShapeOutline outline = ShapeOutline.ALL.get(ShapeOutline.names().indexOf(name));
    assertThat(inside).as(name).allMatch(p -> outline.distance(p[0], p[1]) < 0);
    assertThat(outside).as(name).allMatch(p -> outline.distance(p[0], p[1]) > 0);
  }

  @Test
  void aFolderOfTheSameNameIsReadByItsPath() throws IOException {
    TestData.catsAndDogs(temp.resolve("shapes"), 5);
    assertThat(Datasets.open(temp.resolve("shapes").toString(), options()).train().classes())
        .containsExactly("cat", "dog");
    assertThat(Files.exists(temp.resolve("shapes"))).isTrue();
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
