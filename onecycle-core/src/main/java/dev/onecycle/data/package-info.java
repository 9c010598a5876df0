/**
 * Labelled images from folders, archives and the classic binary formats, as uint8 pixels ready for
 * batches.
 */
@NullMarked
package dev.onecycle.data;

import org.jspecify.annotations.NullMarked;
