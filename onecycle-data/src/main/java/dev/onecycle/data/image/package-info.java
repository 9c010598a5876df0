/** Labelled images as values: their shape, their pixels, their classes. */
@NullMarked
package dev.onecycle.data.image;

import org.jspecify.annotations.NullMarked;
