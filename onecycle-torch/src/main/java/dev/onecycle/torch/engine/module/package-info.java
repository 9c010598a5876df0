/** Layers in native memory: their way forward and their way back. */
@NullMarked
package dev.onecycle.torch.engine.module;

import org.jspecify.annotations.NullMarked;
