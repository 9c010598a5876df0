package dev.onecycle.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.onecycle.cli.Main;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.distributed.Rendezvous;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RankOptionsTest {
  private static RankOptions of(String... words) {
    RankOptions options = new RankOptions();
    Main.configured(new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
        .parseArgs(words);
    return options;
  }

  private static void assertRefused(
      RankOptions options, Map<String, String> environment, String words) {
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(() -> options.rendezvous(environment))
        .withMessageContaining(words);
  }

  @Test
  void optionsComeBeforeTheEnvironment() {
    assertThat(of().rendezvous(Map.of())).isEqualTo(Rendezvous.ALONE);
    assertThat(of("--rank=1", "--world-size=2", "--master=a:29500").rendezvous(Map.of()))
        .isEqualTo(Rendezvous.of(1, 2, "a", 29500));
    assertThat(of().timeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(of("--collective-timeout=2.5").timeout()).isEqualTo(Duration.ofMillis(2500));
  }

  @Test
  void errorsNameTheOptions() {
    assertRefused(of("--rank=1"), Map.of(), "--world-size must be given beside rank or master");
    assertRefused(of("--world-size=2"), Map.of(), "--rank must be given beside world size");
    assertRefused(
        of("--rank=0", "--world-size=2"), Map.of(), "--master must be given as HOST:PORT");
    assertRefused(
        of("--rank=0", "--world-size=2", "--master=a"),
        Map.of(),
        "--master must be HOST:PORT, such as node7:29500 or [fe80::1]:29500, but was a");
    assertRefused(
        of("--rank=0", "--world-size=2", "--master=a:1"),
        Map.of("RANK", "1", "WORLD_SIZE", "2"),
        "--rank must be the value of RANK, 1, but was 0");
    assertRefused(of(), Map.of("WORLD_SIZE", "2"), "RANK must be set beside WORLD_SIZE");
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(() -> of("--collective-timeout=0").timeout())
        .withMessage("--collective-timeout must be from 0.001 to 86400 but was 0");
  }
}
