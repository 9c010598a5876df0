/** Commands that choose: find-lr, sweep, find-batch-size, tune. */
@NullMarked
package dev.onecycle.cli.tune;

import org.jspecify.annotations.NullMarked;
