package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Version;
import dev.onecycle.data.image.Resize;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.train.Engine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists versions and hardware as the engine sees them, with advice on missing parts. */
@Command(
    name = "doctor",
    description =
        "Print versions, processor, threads, precision, allocator, GPU, the resize rule and the place"
            + " among ranks, with advice.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  onecycle doctor", "  onecycle doctor --json"})
public final class DoctorCommand implements Callable<Integer> {
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("onecycle", Version.current());
    facts.put("commit", Version.commit());
    facts.putAll(Engine.environment());
    facts.put("resize", resizeRules());
    facts.put("ranks", ranks(System.getenv()));
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      console.answer(Numbers.format("%-20s %s", fact.getKey().replace('_', ' '), fact.getValue()));
    }
    for (String advice : Engine.advice()) {
      console.answer("* " + advice);
    }
    if (Engine.advice().isEmpty()) {
      console.answer("Nothing is missing.");
    }
    Map<String, Object> result = new LinkedHashMap<>(facts);
    result.put("advice", Engine.advice());
    console.result(result);
    return ExitCode.OK;
  }

  /** The place of this process among several, as training would take it or refuse it. */
  static String ranks(Map<String, String> environment) {
    try {
      Rendezvous place = Rendezvous.of(environment);
      return place.equals(Rendezvous.ALONE) ? "alone: no launcher is seen" : place.toString();
    } catch (InvalidValueException e) {
      return "refused: " + e.getMessage();
    }
  }

  /** How images get another size: the rule that holds where none is given, and the others. */
  private static String resizeRules() {
    Resize standard = TrainingConfig.of(Map.of()).get(TrainingConfig.RESIZE);
    String others =
        Arrays.stream(Resize.values())
            .filter(rule -> rule != standard)
            .map(Resize::text)
            .collect(Collectors.joining(" or "));
    return standard.text() + " (default), or " + others + " by --resize";
  }
}
