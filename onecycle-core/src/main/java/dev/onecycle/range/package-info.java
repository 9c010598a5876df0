/** The learning rate range test: raise the rate, watch the loss, read where it rises for good. */
@NullMarked
package dev.onecycle.range;

import org.jspecify.annotations.NullMarked;
