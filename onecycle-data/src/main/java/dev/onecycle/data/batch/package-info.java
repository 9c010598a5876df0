/** Batches of images in an order that depends on the seed and the epoch alone. */
@NullMarked
package dev.onecycle.data.batch;

import org.jspecify.annotations.NullMarked;
