package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The conditions of a training: everything that its losses depend on, by name, each as an explicit
 * text. A learning rate found under other conditions says nothing.
 *
 * <p>A setting that changes neither a loss nor a gradient is not a condition: where the data lie,
 * the seed, the length of the cycle. A condition that has a setting bears the setting's name.
 *
 * @param byName the conditions in the order in which people are told
 */
public record Conditions(@JsonValue Map<String, String> byName) {
  private static final String UNKNOWN = "not stated";

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Conditions {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /** No conditions, to add to. */
  public static Conditions none() {
    return new Conditions(Map.of());
  }

  /** These conditions and one more. */
  public Conditions with(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(byName);
    all.put(name, value);
    return new Conditions(all);
  }

  /** These conditions and one more: a whole number. */
  public Conditions with(String name, long value) {
    return with(name, Long.toString(value));
  }

  /** These conditions and one more: a number, kept to its last digit. */
  public Conditions with(String name, double value) {
    return with(name, Numbers.exact(value));
  }

  /** These conditions and one more: on or off. */
  public Conditions with(String name, boolean value) {
    return with(name, value ? "on" : "off");
  }

  /** The same conditions but for one. */
  public Conditions without(String name) {
    Map<String, String> others = new LinkedHashMap<>(byName);
    others.remove(name);
    return new Conditions(others);
  }

  /** The value of a condition, "not stated" where there is none. */
  public String get(String name) {
    return byName.getOrDefault(name, UNKNOWN);
  }

  /**
   * A condition that has changed.
   *
   * @param name of the condition
   * @param found its value when the result was found
   * @param now its value at training
   */
  public record Difference(
      @JsonProperty("name") String name,
      @JsonProperty("found") String found,
      @JsonProperty("now") String now) {
    /** The name of the condition in words. */
    public String title() {
      return name.replace('_', ' ');
    }
  }

  /** The conditions that differ now; empty where none does. */
  public List<Difference> differencesTo(Conditions now) {
    List<Difference> differences = new ArrayList<>();
    for (String name : byName.keySet()) {
      compare(name, now, differences);
    }
    TreeSet<String> more = new TreeSet<>(now.byName.keySet());
    more.removeAll(byName.keySet());
    for (String name : more) {
      compare(name, now, differences);
    }
    return differences;
  }

  private void compare(String name, Conditions now, List<Difference> differences) {
    String then = get(name);
    String value = now.get(name);
    if (!then.equals(value)) {
      differences.add(new Difference(name, then, value));
    }
  }
}
