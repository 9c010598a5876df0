package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.Verdict.Kind;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What was read of many curves. */
final class Tally {
  private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
  private final StringBuilder misses = new StringBuilder();
  private int runs;
  private int hits;
  private int wrong;

  void count(long seed, RangeResult result, double edge) {
    runs++;
    kinds.merge(result.verdict().kind(), 1, Integer::sum);
    assertThat(result.readings().edge().isPresent()).isEqualTo(result.verdict().clear());
    assertThat(result.suggestion().isPresent()).isEqualTo(result.verdict().clear());
    double ratio = result.readings().edge().orElse(Double.NaN) / edge;
    if (Math.abs(Math.log(ratio)) <= Math.log(1.5)) {
      hits++;
    } else {
      wrong += Double.isNaN(ratio) ? 0 : 1;
      if (misses.length() < 400) {
        String what = Double.isNaN(ratio) ? result.verdict().kind().toString() : "x" + ratio;
        misses.append(String.format(Locale.ROOT, " seed %d: %.8s", seed, what));
      }
    }
  }

  double hits() {
    return (double) hits / runs;
  }

  double wrong() {
    return (double) wrong / runs;
  }

  double share(Kind kind) {
    return (double) kinds.getOrDefault(kind, 0) / runs;
  }

  void print(String name) {
    System.out.printf(Locale.ROOT, "%-32s hit %.3f wrong %.3f %s%n", name, hits(), wrong(), kinds);
  }

  @Override
  public String toString() {
    return kinds + misses.toString();
  }
}
