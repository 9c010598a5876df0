/**
 * The figures of range tests, sweeps, schedules and runs.
 *
 * <p>Programs use {@link dev.onecycle.report.figures.RangeFigures}, {@link
 * dev.onecycle.report.figures.ScheduleFigures}, {@link dev.onecycle.report.figures.SweepFigures}
 * and {@link dev.onecycle.report.figures.TerminalFigures}; the rest is internal.
 */
@NullMarked
package dev.onecycle.report.figures;

import org.jspecify.annotations.NullMarked;
