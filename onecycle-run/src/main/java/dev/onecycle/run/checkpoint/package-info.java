/** Checkpoint folders: verified by a manifest, saved and thinned out. */
@NullMarked
package dev.onecycle.run.checkpoint;

import org.jspecify.annotations.NullMarked;
