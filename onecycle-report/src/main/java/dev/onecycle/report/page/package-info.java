/** The report of a run and the comparison of several runs, each one self-contained HTML page. */
@NullMarked
package dev.onecycle.report.page;

import org.jspecify.annotations.NullMarked;
