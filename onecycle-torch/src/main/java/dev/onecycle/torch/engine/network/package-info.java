/** A network in native memory: replicas, steps, scores, and the state that training changes. */
@NullMarked
package dev.onecycle.torch.engine.network;

import org.jspecify.annotations.NullMarked;
