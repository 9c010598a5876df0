/**
 * Commands that show and use results: evaluate, predict, report, compare, schedule, doctor,
 * selftest.
 */
@NullMarked
package dev.onecycle.cli.inspect;

import org.jspecify.annotations.NullMarked;
