/** Figures as values, drawn as SVG and PNG, told as JSON and tables. */
@NullMarked
package dev.onecycle.report.chart;

import org.jspecify.annotations.NullMarked;
