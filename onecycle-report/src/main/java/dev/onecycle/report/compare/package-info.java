/** Comparisons of runs: results, differences, and the spread over seeds. */
@NullMarked
package dev.onecycle.report.compare;

import org.jspecify.annotations.NullMarked;
