/**
 * Schedules, range tests and sweeps as CSV files, and the logs of other programs. Internal, except
 * the writers {@link dev.onecycle.report.csv.RangeCsv}, {@link dev.onecycle.report.csv.ScheduleCsv}
 * and {@link dev.onecycle.report.csv.SweepCsv}.
 */
@NullMarked
package dev.onecycle.report.csv;

import org.jspecify.annotations.NullMarked;
