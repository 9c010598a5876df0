/**
 * The learning rate range test: ramp the rate, watch the loss, read the highest rate that still
 * trains.
 */
@NullMarked
package dev.onecycle.range;

import org.jspecify.annotations.NullMarked;
