package dev.onecycle.cli.options;

import static java.util.stream.Collectors.joining;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.nn.Models;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The settings of {@link TrainingConfig} as options of commands: names, help and values all come
 * from the setting.
 */
public final class SettingOptions {
  /**
   * The mark of an option that was made from a setting. A command may have an option of its own
   * under the name of a setting that it does not take, as schedule has {@code --epochs}.
   *
   * @param value that the option stands for; null where its value is given
   */
  private record Source(Setting<?> setting, @Nullable Object value) {}

  private SettingOptions() {}

  /**
   * Adds an option for each of some settings to a command, under the headings of their groups.
   * Every command has a subclass of its own, which picocli makes without arguments.
   */
  public abstract static class Transformer implements IModelTransformer {
    private final List<Setting<?>> settings;
    private final TrainingConfig standards;

    /** For a command that has the usual defaults. */
    protected Transformer(Collection<? extends Setting<?>> settings) {
      this(settings, TrainingConfig.defaults());
    }

    /**
     * For a command that has defaults of its own.
     *
     * @param standards the values of settings that are not given
     */
    protected Transformer(Collection<? extends Setting<?>> settings, TrainingConfig standards) {
      this.settings = List.copyOf(settings);
      this.standards = standards;
    }

    @Override
    public final CommandSpec transform(CommandSpec spec) {
      spec.usageMessage().abbreviateSynopsis(true);
      for (Group group : Group.values()) {
        List<Setting<?>> own = new ArrayList<>();
        for (Setting<?> setting : settings) {
          if (TrainingConfig.group(setting) == group) {
            own.add(setting);
          }
        }
        addGroup(spec, group, own, standards);
      }
      return spec;
    }
  }

  private static void addGroup(
      CommandSpec spec, Group group, List<Setting<?>> settings, TrainingConfig standards) {
    ArgGroupSpec.Builder section =
        ArgGroupSpec.builder()
            .heading("%n" + group.title() + ":%n")
            .exclusive(false)
            .validate(false)
            .multiplicity("0..1");
    boolean empty = true;
    for (Setting<?> setting : settings) {
      if (setting == TrainingConfig.DATA) {
        spec.addPositional(
            PositionalParamSpec.builder()
                .index(Integer.toString(spec.positionalParameters().size()))
                .arity("0..1")
                .type(String.class)
                .paramLabel(setting.placeholder())
                .description(setting.description())
                .userObject(new Source(setting, null))
                .build());
        continue;
      }
      section.addArg(option(setting, standards));
      setting
          .shorthands()
          .forEach((name, value) -> section.addArg(shorthand(setting, name, value)));
      empty = false;
    }
    if (!empty) {
      spec.addArgGroup(section.build());
    }
  }

  private static OptionSpec option(Setting<?> setting, TrainingConfig standards) {
    OptionSpec.Builder option =
        OptionSpec.builder(setting.options().toArray(String[]::new))
            .description(help(setting, standards))
            .completionCandidates(setting.names())
            .userObject(new Source(setting, null));
    return isFlag(setting)
        ? option.type(boolean.class).arity("0").negatable(true).build()
        : option.type(String.class).arity("1").paramLabel(setting.placeholder()).build();
  }

  private static OptionSpec shorthand(Setting<?> setting, String name, Object value) {
    return OptionSpec.builder(name)
        .type(boolean.class)
        .arity("0")
        .description("As " + setting.option() + " " + value + ".")
        .userObject(new Source(setting, value))
        .build();
  }

  /** Whether the value of an argument of a setting is a path. */
  public static boolean isPath(ArgSpec arg) {
    return arg.userObject() instanceof Source source && source.setting.isPath();
  }

  /** The names of an option, of a flag also those that turn it off. */
  public static List<String> withNegated(OptionSpec option) {
    List<String> names = new ArrayList<>(List.of(option.names()));
    if (option.negatable()) {
      for (String name : option.names()) {
        if (name.startsWith("--")) {
          names.add(name.replaceFirst("^--", "--no-"));
        }
      }
    }
    return names;
  }

  private static boolean isFlag(Setting<?> setting) {
    return setting.standard().filter(Boolean.class::isInstance).isPresent();
  }

  private static String help(Setting<?> setting, TrainingConfig standards) {
    StringBuilder help = new StringBuilder(setting.description());
    if (!setting.names().isEmpty()) {
      help.append(" One of ").append(String.join(", ", setting.names())).append('.');
    }
    String ofModels = standards.isGiven(setting) ? "" : ofModels(setting);
    standard(setting, standards)
        .ifPresent(value -> help.append(" Default: ").append(value).append(ofModels));
    return help.append(setting.standard().isPresent() ? "." : "").toString().replace("%", "%%");
  }

  /** The defaults of models that have their own: "; fast: 512". */
  private static String ofModels(Setting<?> setting) {
    Optional<String> usual = standard(setting, TrainingConfig.defaults());
    return setting == TrainingConfig.MODEL
        ? ""
        : Models.names().stream()
            .map(
                model ->
                    Map.entry(
                        model,
                        standard(
                            setting, TrainingConfig.defaults().with(TrainingConfig.MODEL, model))))
            .filter(entry -> !entry.getValue().equals(usual))
            .map(entry -> "; " + entry.getKey() + ": " + entry.getValue().orElse("none"))
            .collect(joining());
  }

  private static <T> Optional<String> standard(Setting<T> setting, TrainingConfig config) {
    return setting.standard().isEmpty()
        ? Optional.empty()
        : config
            .find(setting)
            .map(setting::write)
            .map(value -> value instanceof Boolean on ? (on ? "on" : "off") : text(value));
  }

  private static String text(Object value) {
    return value instanceof Double number ? Numbers.exact(number) : value.toString();
  }

  /**
   * The settings of a command that reads no configuration file: as its options give them, else as
   * environment variables do. The data that it works on are named on the command line alone.
   */
  public static TrainingConfig config(CommandSpec spec) {
    List<Setting<?>> own = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      if (option.userObject() instanceof Source source) {
        own.add(source.setting);
      }
    }
    return TrainingConfig.defaults().withEnvironment(System.getenv(), own).with(given(spec));
  }

  /** The settings that the options of a command line give. */
  public static TrainingConfig given(CommandSpec spec) {
    Map<String, Object> values = new LinkedHashMap<>();
    texts(spec).forEach((setting, text) -> values.put(setting.name(), text));
    return TrainingConfig.defaults().with(values, Origin.OPTION);
  }

  /**
   * The settings that a command line gives, but for those that may have several values there: of
   * these the first.
   */
  public static TrainingConfig given(CommandSpec spec, Collection<? extends Setting<?>> several) {
    Map<String, Object> values = new LinkedHashMap<>();
    texts(spec)
        .forEach(
            (setting, text) ->
                values.put(setting.name(), several.contains(setting) ? words(text).get(0) : text));
    return TrainingConfig.defaults().with(values, Origin.OPTION);
  }

  /** The values that a command line gives for a setting, separated by commas; distinct. */
  public static <T> List<T> candidates(CommandSpec spec, Setting<T> setting) {
    Object text = texts(spec).get(setting);
    if (text == null) {
      return List.of();
    }
    List<T> values =
        words(text).stream().map(word -> setting.read(setting.option(), word)).toList();
    return Require.that(
        values.stream().map(SettingOptions::unsigned).distinct().count() == values.size(),
        setting.option(),
        "distinct candidates",
        text,
        values);
  }

  /** The same value, where it is zero without a sign. */
  private static Object unsigned(Object value) {
    return value instanceof Double number ? (Object) (number + 0.0) : value;
  }

  private static List<String> words(Object text) {
    return Arrays.stream(text.toString().split(",", -1)).map(String::strip).toList();
  }

  private static Map<Setting<?>, Object> texts(CommandSpec spec) {
    Map<Setting<?>, Object> texts = new LinkedHashMap<>();
    Map<Setting<?>, String> givenBy = new LinkedHashMap<>();
    for (ArgSpec arg : spec.commandLine().getParseResult().matchedArgs()) {
      Object value = arg.getValue();
      if (!(arg.userObject() instanceof Source source) || value == null) {
        continue;
      }
      String name = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
      String other = givenBy.putIfAbsent(source.setting, name);
      if (other != null) {
        String constraint =
            other.equals(name) ? "given once" : "left out where " + other + " is given,";
        throw Require.invalid(name, constraint, value);
      }
      texts.put(source.setting, source.value == null ? value : source.value);
    }
    return texts;
  }
}
