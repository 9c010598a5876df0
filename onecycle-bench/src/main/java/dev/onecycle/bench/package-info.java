/** Measurements of speed, memory and accuracy, in a checkout. */
@NullMarked
package dev.onecycle.bench;

import org.jspecify.annotations.NullMarked;
