/** Optimizers over flat buffers. */
@NullMarked
package dev.onecycle.torch.engine.optim;

import org.jspecify.annotations.NullMarked;
