/** Curves as CSV files, written and read. */
@NullMarked
package dev.onecycle.report.csv;

import org.jspecify.annotations.NullMarked;
