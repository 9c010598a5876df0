/** The board: one page over all runs of a folder, which follows them while they train. */
@NullMarked
package dev.onecycle.report.board;

import org.jspecify.annotations.NullMarked;
