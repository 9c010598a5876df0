/** Weights on disk, in the safetensors format. */
@NullMarked
package dev.onecycle.torch.io;

import org.jspecify.annotations.NullMarked;
