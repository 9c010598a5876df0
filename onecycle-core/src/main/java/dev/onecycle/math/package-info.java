/** Numerical functions that several packages need. */
@NullMarked
package dev.onecycle.math;

import org.jspecify.annotations.NullMarked;
