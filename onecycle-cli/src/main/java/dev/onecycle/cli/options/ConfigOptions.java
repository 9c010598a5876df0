package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Console;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The configuration of a command: options come before environment variables, these before a file,
 * and that before the defaults.
 */
public final class ConfigOptions {
  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Settings in a YAML or JSON file, such as batch_size: 64. Options and environment"
              + " variables such as ONECYCLE_BATCH_SIZE come before it.")
  @Nullable Path file;

  @Option(
      names = "--print-config",
      description =
          "Print every setting with its value and where it came from, as a file for --config, and"
              + " end.")
  boolean print;

  /** The command line. */
  public CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("options are read by picocli");
    }
    return spec;
  }

  /** The whole configuration. */
  public TrainingConfig config() {
    return config(TrainingConfig.defaults());
  }

  /** The whole configuration, with settings of another file below those of this one. */
  public TrainingConfig config(TrainingConfig lowest) {
    return withData(below(lowest).with(SettingOptions.given(spec())));
  }

  /** The whole configuration, where options may have several values: of these the first. */
  public TrainingConfig config(Collection<? extends Setting<?>> several) {
    return withData(below(TrainingConfig.defaults()).with(SettingOptions.given(spec(), several)));
  }

  private TrainingConfig withData(TrainingConfig config) {
    if (config.find(TrainingConfig.DATA).isEmpty()) {
      throw new ParameterException(spec().commandLine(), "Missing required parameter: 'DATA'");
    }
    return config;
  }

  private TrainingConfig below(TrainingConfig lowest) {
    TrainingConfig config = file == null ? lowest : lowest.with(TrainingConfig.read(file));
    return config.withEnvironment(System.getenv());
  }

  /** Whether the configuration is to be printed, and nothing else to be done. */
  public boolean printed(Console console, TrainingConfig config, Collection<Group> groups) {
    if (!print) {
      return false;
    }
    lines(config, groups).forEach(console::answer);
    console.result(config.toMap());
    return true;
  }

  /** The settings as lines of YAML, each with its origin as a comment. */
  static List<String> lines(TrainingConfig config, Collection<Group> groups) {
    Map<String, Object> values = config.toMap();
    List<String> lines = new ArrayList<>();
    for (Setting<?> setting : TrainingConfig.settings(groups)) {
      Object value = values.get(setting.name());
      String pair =
          value == null ? "# " + setting.name() + ":" : setting.name() + ": " + yaml(value);
      String origin = value == null ? "not set" : config.origin(setting);
      lines.add(String.format(Locale.ROOT, "%-31s # %s", pair, origin));
    }
    return lines;
  }

  private static String yaml(Object value) {
    if (value instanceof Double number) {
      return Numbers.exact(number);
    }
    return value instanceof String text && !text.matches("[\\w./-]+")
        ? "'" + text.replace("'", "''") + "'"
        : value.toString();
  }
}
