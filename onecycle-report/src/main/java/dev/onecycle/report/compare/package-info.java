/** Runs beside each other: their results with mean and deviation. */
@NullMarked
package dev.onecycle.report.compare;

import org.jspecify.annotations.NullMarked;
