package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.UsageErrors;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  /** The part of the configuration that file, environment and options give. */
  public TrainingConfig given() {
    return below(TrainingConfig.defaults()).with(SettingOptions.given(spec()));
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
      throw UsageErrors.missing(spec(), "DATA");
    }
    return config;
  }

  private TrainingConfig below(TrainingConfig lowest) {
    TrainingConfig config = file == null ? lowest : lowest.with(TrainingConfig.read(file));
    return config.withEnvironment(System.getenv());
  }

  /**
   * Whether the configuration is to be printed, and nothing else to be done.
   *
   * @param settings of the command
   * @param open those whose value the command is to find
   */
  public boolean printed(
      Console console,
      TrainingConfig config,
      Collection<? extends Setting<?>> settings,
      Collection<? extends Setting<?>> open) {
    if (!print) {
      return false;
    }
    Map<String, Object> values = config.toMap();
    open.forEach(setting -> values.remove(setting.name()));
    for (Setting<?> setting : settings) {
      console.answer(
          open.contains(setting)
              ? line("# " + setting.name() + ":", "to be found")
              : config.isOpenUntilImages(setting) && values.containsKey(setting.name())
                  ? "# " + line(setting, values.get(setting.name()), config.origin(setting))
                  : line(setting, values.get(setting.name()), config.origin(setting)));
    }
    values.keySet().removeIf(name -> config.isOpenUntilImages(TrainingConfig.setting(name)));
    console.result(values);
    return true;
  }

  /** A setting as a line of YAML, with its origin as a comment. */
  private static String line(Setting<?> setting, @Nullable Object value, String origin) {
    return value == null
        ? line("# " + setting.name() + ":", "not set")
        : line(setting.name() + ": " + yaml(setting, value), origin);
  }

  private static String line(String pair, String comment) {
    return Numbers.format("%-31s # %s", pair, comment);
  }

  private static String yaml(Setting<?> setting, Object value) {
    if (value instanceof Double number) {
      return Numbers.exact(number);
    }
    // In quotes no text is read as a number, say.
    boolean plain =
        !(value instanceof String text)
            || setting.names().contains(text)
            || text.matches("/[\\w./-]+");
    return plain ? value.toString() : "'" + value.toString().replace("'", "''") + "'";
  }
}
