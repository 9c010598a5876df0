package dev.onecycle.cli.reproduce;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** The sizes in which an experiment can be run. */
enum ScaleName {
  /** The source's. */
  @JsonProperty("full")
  FULL,
  /** For two processor cores. */
  @JsonProperty("cpu")
  CPU,
  /** For tests of the experiment itself. */
  @JsonProperty("smoke")
  SMOKE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
