/** Trained models in the formats of other runtimes. */
@NullMarked
package dev.onecycle.export;

import org.jspecify.annotations.NullMarked;
