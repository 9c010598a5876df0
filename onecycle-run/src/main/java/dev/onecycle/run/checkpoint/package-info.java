/** Checkpoint folders: saved, verified by a manifest, and removed when they are old. */
@NullMarked
package dev.onecycle.run.checkpoint;

import org.jspecify.annotations.NullMarked;
