/**
 * Decoded images, kept in one memory-mapped file for each source. Internal: not part of the API.
 */
@NullMarked
package dev.onecycle.data.cache;

import org.jspecify.annotations.NullMarked;
