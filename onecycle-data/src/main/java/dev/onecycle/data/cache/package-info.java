/** Decoded images, kept in one memory-mapped file a source. */
@NullMarked
package dev.onecycle.data.cache;

import org.jspecify.annotations.NullMarked;
