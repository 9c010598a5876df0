/** Measurements of training speed and memory. */
@NullMarked
package dev.onecycle.bench;

import org.jspecify.annotations.NullMarked;
