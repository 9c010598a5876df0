/** The stored results of range tests, sweeps and tuning runs, for training to use. */
@NullMarked
package dev.onecycle.run.tuning;

import org.jspecify.annotations.NullMarked;
