/** What range tests, sweeps and tunings leave behind, for training to go by. */
@NullMarked
package dev.onecycle.run.tuning;

import org.jspecify.annotations.NullMarked;
