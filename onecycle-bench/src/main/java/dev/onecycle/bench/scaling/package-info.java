/** The speed of training on several ranks, and the cost of their exchange. */
@NullMarked
package dev.onecycle.bench.scaling;

import org.jspecify.annotations.NullMarked;
