/** A training from its configuration to its run: started, resumed, watched. */
@NullMarked
package dev.onecycle.torch.job;

import org.jspecify.annotations.NullMarked;
