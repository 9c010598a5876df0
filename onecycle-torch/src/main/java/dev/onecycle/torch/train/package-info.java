/** The training step, the loop around it, and evaluation. */
@NullMarked
package dev.onecycle.torch.train;

import org.jspecify.annotations.NullMarked;
