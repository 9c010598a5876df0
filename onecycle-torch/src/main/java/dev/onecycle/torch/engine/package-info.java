/** The native engine: networks in its memory, replicas, threads. For this module alone. */
@NullMarked
package dev.onecycle.torch.engine;

import org.jspecify.annotations.NullMarked;
