/**
 * The content of a source without its pixels: splits, labels and origins. Internal: not part of the
 * API.
 */
@NullMarked
package dev.onecycle.data.index;

import org.jspecify.annotations.NullMarked;
