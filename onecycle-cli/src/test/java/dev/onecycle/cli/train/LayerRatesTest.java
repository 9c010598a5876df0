package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that are frozen or learn at rates of their own, from the command line to the files. */
class LayerRatesTest {
  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void makeData() throws IOException {
    data = TestData.colours(temp.resolve("data"));
  }

  private static Cli.Result train(String name, Object... more) {
    return Cli.train(data, temp.resolve(name), 2, 16, more);
  }

  @Test
  void everyGroupHasItsRateInTheFilesOfTheRun() throws IOException {
    Cli.Result trained =
        train("rates", "--first-layer-rate", 0.0625, "--freeze", "conv1", "--layer-decays", "fc=0");
    assertThat(trained.code()).as(trained.err()).isZero();
    List<String> steps = Files.readAllLines(temp.resolve("rates/steps.csv"));
    assertThat(steps.get(0))
        .isEqualTo(
            "step,epoch,learning_rate,momentum,loss,learning_rate_bn1,learning_rate_layer1,"
                + "learning_rate_layer2,learning_rate_layer3");
    for (String line : steps.subList(1, steps.size())) {
      String[] cells = line.split(",");
      double rate = Double.parseDouble(cells[2]);
      double factor = 0.0625;
      for (int i = 5; i < 9; i++) {
        assertThat(Double.parseDouble(cells[i])).isCloseTo(factor * rate, offset(1e-15));
        factor *= 2;
      }
    }
    assertThat(Cli.parse(temp.resolve("rates/run.json")).at("/resolved/layer_groups"))
        .hasSize(5)
        .last()
        .satisfies(
            head -> {
              assertThat(head.get("layers").asText()).isEqualTo("fc");
              assertThat(head.get("weight_decay").asDouble()).isZero();
            });
    assertThat(Cli.read(temp.resolve("rates/schedule.svg"))).contains("learning rate of layer2");
    assertThat(Cli.read(temp.resolve("rates/report.html"))).contains("learning rate of layer2");
  }

  @Test
  void aLayerThatTheNetworkDoesNotHaveIsRefusedWithItsNames() {
    Cli.Result refused = train("unknown", "--freeze", "head");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err())
        .contains("the beginning of a name in resnet20: conv1, bn1, layer1")
        .contains("but was head");
    assertThat(train("list", "--layer-rates", "fc").err())
        .contains("--layer-rates must be a list such as layer1=0.1,layer2=0.3 but was fc");
  }
}
