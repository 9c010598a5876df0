package dev.onecycle.cli.options;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.text.Nearest;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Environment variables that begin as those of settings do, and belong to none. */
public final class UnknownVariables {
  private static final String PREFIX = "ONECYCLE_";

  /** Variables of the launchers. */
  private static final Set<String> OF_LAUNCHERS =
      Set.of("ONECYCLE_JAVA_OPTS", "ONECYCLE_MAVEN_ARGS");

  /** Kubernetes sets these in every container where the name of a service begins so. */
  private static final Pattern OF_A_SERVICE =
      Pattern.compile(PREFIX + "(.+_)?(SERVICE_(HOST|PORT.*)|PORT(_.+)?)");

  private UnknownVariables() {}

  /** A sentence on each, in the order of their names: a misspelt one changes nothing. */
  public static List<String> warnings(Map<String, String> environment) {
    Set<String> unknown = new TreeSet<>(environment.keySet());
    unknown.removeIf(name -> !name.startsWith(PREFIX) || OF_A_SERVICE.matcher(name).matches());
    unknown.removeAll(OF_LAUNCHERS);
    if (unknown.isEmpty()) {
      return List.of(); // the settings, which take time to load, are not needed
    }
    if (environment.containsKey(Rendezvous.ONECYCLE_LAUNCH) || isOtherRank(environment)) {
      return List.of(); // `launch` or rank 0 has warned
    }
    List<String> known =
        TrainingConfig.settings().stream().map(Setting::variable).sorted().toList();
    known.forEach(unknown::remove);
    return unknown.stream().map(name -> warning(name, known)).toList();
  }

  private static boolean isOtherRank(Map<String, String> environment) {
    try {
      return Rendezvous.of(environment).rank() > 0;
    } catch (InvalidValueException e) {
      return false; // the command that needs the ranks says so
    }
  }

  private static String warning(String name, List<String> known) {
    List<String> words = known.stream().map(UnknownVariables::word).toList();
    return "environment variable "
        + name
        + " belongs to no setting and is ignored"
        + Nearest.to(word(name), words)
            .map(nearest -> "; did you mean " + PREFIX + nearest + "?")
            .orElse("");
  }

  private static String word(String variable) {
    return variable.substring(PREFIX.length());
  }
}
