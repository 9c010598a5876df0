/** Named tensors and the safetensors files that hold them. */
@NullMarked
package dev.onecycle.torch.weights;

import org.jspecify.annotations.NullMarked;
