/** Figures of schedules and range tests: in the terminal, as SVG and as PNG. */
@NullMarked
package dev.onecycle.report;

import org.jspecify.annotations.NullMarked;
