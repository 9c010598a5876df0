/**
 * Images in tar shards that are read as streams: shuffled by shards and windows, and never listed.
 * Internal: not part of the API.
 */
@NullMarked
package dev.onecycle.data.stream;

import org.jspecify.annotations.NullMarked;
