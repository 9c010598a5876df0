/** Random streams that depend on a seed and a place, never on threads. */
@NullMarked
package dev.onecycle.random;

import org.jspecify.annotations.NullMarked;
