package dev.onecycle.cli.reproduce;

import dev.onecycle.error.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The trials of a campaign that one machine runs, as {@code --only} and {@code --share} say. */
final class TrialChoice {
  private static final Pattern SHARE = Pattern.compile("([1-9][0-9]{0,8})/([1-9][0-9]{0,8})");

  private TrialChoice() {}

  /**
   * A choice of trials.
   *
   * @param only arms, or seeds of arms; empty for all
   * @param share such as {@code 1/3}; null for all
   */
  static Predicate<Trial> of(
      List<String> only, @Nullable String share, Campaign campaign, List<Arm> arms) {
    Predicate<Trial> named =
        only.stream()
            .map(word -> named(word, arms.stream().map(Arm::name).toList(), campaign.seeds()))
            .reduce(Predicate::or)
            .orElse(trial -> true);
    return share == null ? named : named.and(ofShare(share, campaign, arms));
  }

  private static Predicate<Trial> named(String word, List<String> arms, int seeds) {
    String[] parts = word.split(":", 2);
    String arm =
        Require.that(
            arms.contains(parts[0]),
            "--only",
            "arms of the experiments, " + String.join(", ", arms) + ",",
            parts[0],
            parts[0]);
    if (parts.length == 1) {
      return trial -> trial.arm().name().equals(arm);
    }
    int number = parts[1].matches("[0-9]{1,9}") ? Integer.parseInt(parts[1]) : 0;
    int seed =
        Require.that(
            number >= 1 && number <= seeds,
            "--only",
            "ARM or ARM:SEED with a seed from 1 to " + seeds,
            word,
            number);
    return trial -> trial.arm().name().equals(arm) && trial.seed() == seed;
  }

  /** Every N-th trial in the order of a list that all machines have alike. */
  private static Predicate<Trial> ofShare(String share, Campaign campaign, List<Arm> arms) {
    Matcher parts = SHARE.matcher(share);
    boolean sound =
        parts.matches() && Integer.parseInt(parts.group(1)) <= Integer.parseInt(parts.group(2));
    Require.that(sound, "--share", "I/N with I from 1 to N, such as 1/3", share, share);
    int mine = Integer.parseInt(parts.group(1)) - 1;
    int shares = Integer.parseInt(parts.group(2));
    Map<String, Integer> places = new LinkedHashMap<>();
    for (Trial trial : campaign.trials(arms)) {
      places.put(trial.name(), places.size());
    }
    // Whichever rate of a grid is chosen later, its seeds have their places.
    for (Arm arm : arms) {
      for (long seed = 1; seed <= campaign.seeds() && !arm.grid().isEmpty(); seed++) {
        places.put(Trial.of(arm, seed).name(), places.size());
      }
    }
    return trial -> {
      String own = trial.name();
      String place = places.containsKey(own) ? own : Trial.of(trial.arm(), trial.seed()).name();
      return Optional.ofNullable(places.get(place)).orElseThrow() % shares == mine;
    };
  }
}
