/** Ranks: the processes that train one network together. */
@NullMarked
package dev.onecycle.torch.distributed;

import org.jspecify.annotations.NullMarked;
