/** Labelled images as values: their shape, pixels and classes, and remarks on reading them. */
@NullMarked
package dev.onecycle.data.image;

import org.jspecify.annotations.NullMarked;
