/**
 * Sweeps and tunings: trials of a learner, chosen among by the rules of {@code dev.onecycle.tune}.
 */
@NullMarked
package dev.onecycle.torch.tune;

import org.jspecify.annotations.NullMarked;
