/** Runs as pages to look at: one self-contained HTML file each. */
@NullMarked
package dev.onecycle.report.page;

import org.jspecify.annotations.NullMarked;
