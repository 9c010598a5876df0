package dev.onecycle.selftest;

/** How many cases are run: those that fit into every build, or all. */
public enum Tier {
  QUICK,
  FULL
}
