/** Layers in native memory: forward passes and their gradients. */
@NullMarked
package dev.onecycle.torch.engine.module;

import org.jspecify.annotations.NullMarked;
