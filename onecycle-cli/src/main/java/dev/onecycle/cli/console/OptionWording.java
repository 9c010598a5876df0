package dev.onecycle.cli.console;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The library's messages speak of arguments and settings; here they speak of options. */
public final class OptionWording {
  /** A setting's name of several words; not as the key of a file, nor as a part of a path. */
  private static final Pattern SETTING =
      Pattern.compile("(?<![\\w/\\\\.-])[a-z]+(?:_[a-z]+)+(?![\\w/\\\\-]|\\.\\w| in )");

  private OptionWording() {}

  /** The message of an error, with options in place of settings but for those of a file. */
  public static String of(Throwable error) {
    if (error.getCause() instanceof InvalidValueException) {
      return String.valueOf(error.getMessage()); // about a file, whose keys keep their names
    }
    Map<String, String> options = options();
    if (error instanceof InvalidValueException invalid) {
      String option = options.get(invalid.name().replace(' ', '_'));
      return inside(
          String.valueOf((option == null ? invalid : invalid.named(option)).getMessage()), options);
    }
    return inside(String.valueOf(error.getMessage()), options);
  }

  /** A sentence of the library, with options in place of settings. */
  public static String of(String sentence) {
    return inside(sentence, options());
  }

  private static Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    for (Setting<?> setting : TrainingConfig.settings()) {
      options.put(
          setting.name(),
          setting == TrainingConfig.DATA ? setting.placeholder() : setting.option());
    }
    return options;
  }

  private static String inside(String message, Map<String, String> options) {
    Matcher matcher = SETTING.matcher(message);
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(options.getOrDefault(found.group(), found.group())));
  }
}
