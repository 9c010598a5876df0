/** What the command line shows and how it ends: lines, bars, tables, signals, exit codes. */
@NullMarked
package dev.onecycle.cli.console;

import org.jspecify.annotations.NullMarked;
