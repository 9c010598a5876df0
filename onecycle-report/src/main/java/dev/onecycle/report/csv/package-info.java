/**
 * Schedules, range tests, sweeps and predictions as CSV files, and the logs of other programs.
 * Internal, except the writers {@link dev.onecycle.report.csv.RangeCsv}, {@link
 * dev.onecycle.report.csv.ScheduleCsv}, {@link dev.onecycle.report.csv.SweepCsv} and {@link
 * dev.onecycle.report.csv.PredictionsCsv}.
 */
@NullMarked
package dev.onecycle.report.csv;

import org.jspecify.annotations.NullMarked;
