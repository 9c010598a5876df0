package dev.onecycle.range;

import java.util.OptionalDouble;

/**
 * What a range test's curve says, each a learning rate, absent where the curve does not show it.
 *
 * @param edge where the loss starts to rise for good
 * @param minimum where the zero-lag smoothed loss is lowest
 * @param steepest where it falls fastest per factor of rate: the lowest d loss / d log rate
 * @param valley two thirds down its longest descent
 */
public record Readings(
    OptionalDouble edge, OptionalDouble minimum, OptionalDouble steepest, OptionalDouble valley) {}
