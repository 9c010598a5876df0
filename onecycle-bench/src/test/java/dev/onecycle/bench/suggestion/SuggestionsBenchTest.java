package dev.onecycle.bench.suggestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.source.Shapes;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.Readings;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuggestionsBenchTest {
  private static final Setting SMALL =
      new Setting(
          "small",
          Setting.Source.CIFAR10,
          32,
          ImageSelection.even(60, 3),
          ImageSelection.even(30, 3),
          SmallNet.DENSE::network,
          LearnerSettings.defaults(),
          16,
          2);

  @TempDir Path folder;

  private static Trial trial(Setting setting) {
    ImageDataset train = setting.train().of(Shapes.generate(1, "train", 600));
    ImageDataset test = setting.test().of(Shapes.generate(1, "test", 300));
    return new Trial(setting, train, test, 1);
  }

  /** Measures as the command does, with one seed. */
  private static MeasuredFile measured(Setting setting, Path out) {
    SuggestionsBench bench = new SuggestionsBench();
    bench.seeds = List.of(0L);
    bench.rangeSeeds = List.of(0L);
    MeasuredFile file = new MeasuredFile(out);
    bench.measure(trial(setting), file);
    return file;
  }

  @Test
  void measuresEachRateOnceAndGoesOnWhereItStopped() throws IOException {
    Path out = folder.resolve("out.jsonl");
    MeasuredFile first = measured(SMALL, out);

    assertThat(first.ranges(SMALL)).containsOnlyKeys(0L);
    assertThat(first.accuracies(SMALL)).containsKeys(-4, -3, -2, -1, 0);
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(1 + first.accuracies(SMALL).size());

    Files.write(out, lines.subList(0, lines.size() - 1));
    MeasuredFile again = measured(SMALL, out);
    assertThat(again.accuracies(SMALL)).isEqualTo(first.accuracies(SMALL));
    assertThat(again.ranges(SMALL)).isEqualTo(first.ranges(SMALL));
    assertThat(Files.readAllLines(out)).hasSameSizeAs(lines);
    assertThat(SuggestionTables.costs(List.of(SMALL), again)).hasSize(5);
  }

  @Test
  void aTrainingThatDivergesCountsAsGuessing() {
    Measured.Cycle cycle = trial(SMALL).cycle(1e15, 0);

    assertThat(cycle.diverged()).isTrue();
    assertThat(cycle.accuracy()).isEqualTo(1 / 3.0);
  }

  @Test
  void nothingIsTrainedWhereNothingCanBeLearned() {
    Setting random =
        new Setting(
            "random",
            SMALL.source(),
            32,
            SMALL.train().withNoise(1),
            SMALL.test(),
            SMALL.network(),
            SMALL.settings(),
            16,
            2);
    MeasuredFile file = measured(random, folder.resolve("random.jsonl"));

    assertThat(file.ranges(random)).hasSize(1);
    assertThat(file.cycles(random)).isEmpty();
  }

  @Test
  void theGridReachesFromUsualRatesToTheReadings() {
    Readings readings =
        new Readings(
            OptionalDouble.of(66),
            OptionalDouble.of(0.5),
            OptionalDouble.of(0.2),
            OptionalDouble.of(1e-6),
            OptionalDouble.empty());

    assertThat(PeakGrid.places(Optimizer.sgd(), List.of())).containsExactly(-4, -3, -2, -1, 0);
    assertThat(PeakGrid.places(Optimizer.sgd(), List.of(readings)))
        .containsExactly(-6, -5, -4, -3, -2, -1, 0, 1, 2);
    assertThat(PeakGrid.rate(-3)).isEqualTo(Math.pow(10, -1.5));
    assertThat(PeakGrid.place(0.03)).isEqualTo(-3);
  }

  @Test
  void thereAreAtLeastTwelveSettingsOfDifferentNames() {
    List<String> names = Setting.all().stream().map(Setting::name).toList();

    assertThat(names).doesNotHaveDuplicates();
    assertThat(Setting.all().stream().filter(setting -> !setting.unlearnable()).count())
        .isGreaterThanOrEqualTo(12);
    assertThatThrownBy(() -> Setting.byName("resnet"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("resnet20-2000-sgd");
  }

  @Test
  void aLineThatIsNoResultIsNamed() throws IOException {
    Path out = Files.writeString(folder.resolve("out.jsonl"), "{\"setting\": 3\n");

    assertThatThrownBy(() -> new MeasuredFile(out))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(out + " has a line that is no result");
  }
}
