/** The record of a run: its configuration, steps, epochs and outcome, on disk and read back. */
@NullMarked
package dev.onecycle.run;

import org.jspecify.annotations.NullMarked;
