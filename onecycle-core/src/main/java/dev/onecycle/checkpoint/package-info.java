/** Checkpoints on disk: folders of files that are there whole or not at all, and are checked. */
@NullMarked
package dev.onecycle.checkpoint;

import org.jspecify.annotations.NullMarked;
