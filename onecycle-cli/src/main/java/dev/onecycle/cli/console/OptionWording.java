package dev.onecycle.cli.console;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The library's messages speak of arguments and settings; here they speak of options. A setting
 * whose name is one word, which may also be a word of a sentence, is named after "set": "set epochs
 * to 14", "set batch_size and epochs".
 */
public final class OptionWording {
  /** A setting's name of several words; not as the key of a file, nor as a part of a path. */
  private static final Pattern SETTING =
      Pattern.compile("(?<![\\w/\\\\.-])[a-z]+(?:_[a-z]+)+(?![\\w/\\\\-]|\\.\\w| in )");

  /**
   * The names after "set" in the imperative; not after a noun, as in "the test set from photos".
   */
  private static final Pattern SET =
      Pattern.compile(
          "(?:(?<=^|[;:,.(] )|(?<=\\b(?:or|and|to) ))([Ss]et )([a-z_]+(?:(?:, | and | or )[a-z_]+)*)");

  private static final Pattern WORD = Pattern.compile("[a-z_]+");

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
    String set =
        SET.matcher(message)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        found.group(1) + named(WORD, found.group(2), options)));
    return named(SETTING, set, options);
  }

  private static String named(Pattern name, String text, Map<String, String> options) {
    return name.matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(options.getOrDefault(found.group(), found.group())));
  }
}
