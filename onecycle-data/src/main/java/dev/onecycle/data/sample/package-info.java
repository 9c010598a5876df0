/** Samples of any kind with their targets, as values: images, arrays of numbers, tokens. */
@NullMarked
package dev.onecycle.data.sample;

import org.jspecify.annotations.NullMarked;
