/** The native engine: loading it, its threads and devices, and arrays in its memory. */
@NullMarked
package dev.onecycle.torch.engine;

import org.jspecify.annotations.NullMarked;
