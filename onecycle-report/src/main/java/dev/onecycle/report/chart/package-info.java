/**
 * Figures: their contents, drawn as SVG and PNG, written as JSON and tables. Internal, except
 * {@link dev.onecycle.report.chart.Figure} and {@link dev.onecycle.report.chart.FigureTable}.
 */
@NullMarked
package dev.onecycle.report.chart;

import org.jspecify.annotations.NullMarked;
