package dev.onecycle.schedule;

/**
 * A named part of a policy: the steps from {@code firstStep} to {@code lastStep}, both included.
 *
 * @param name "warm-up", "cool-down", "annihilation" and the like
 */
public record Phase(String name, long firstStep, long lastStep) {}
