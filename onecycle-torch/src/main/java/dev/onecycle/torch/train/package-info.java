/** The training loop, the range test and evaluation of a learner. */
@NullMarked
package dev.onecycle.torch.train;

import org.jspecify.annotations.NullMarked;
