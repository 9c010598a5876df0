/** The command that lists, shows, renames, compares and deletes runs. */
@NullMarked
package dev.onecycle.cli.runs;

import org.jspecify.annotations.NullMarked;
