/** The figures of range tests, sweeps, schedules and runs. */
@NullMarked
package dev.onecycle.report.figures;

import org.jspecify.annotations.NullMarked;
