/**
 * Charts drawn with the characters of a terminal. Internal, except {@link
 * dev.onecycle.report.terminal.TerminalStyle}.
 */
@NullMarked
package dev.onecycle.report.terminal;

import org.jspecify.annotations.NullMarked;
