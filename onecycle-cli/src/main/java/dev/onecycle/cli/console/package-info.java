/** The output and the end of commands: lines, bars, tables, signals, exit codes. */
@NullMarked
package dev.onecycle.cli.console;

import org.jspecify.annotations.NullMarked;
