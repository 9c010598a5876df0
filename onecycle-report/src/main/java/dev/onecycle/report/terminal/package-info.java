/** Figures drawn with characters. */
@NullMarked
package dev.onecycle.report.terminal;

import org.jspecify.annotations.NullMarked;
