/** The native engine: loading it, its threads, scopes and precision. Internal. */
@NullMarked
package dev.onecycle.torch.engine;

import org.jspecify.annotations.NullMarked;
