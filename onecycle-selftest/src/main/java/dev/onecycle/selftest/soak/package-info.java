/** A long training, over which nothing may grow. */
@NullMarked
package dev.onecycle.selftest.soak;

import org.jspecify.annotations.NullMarked;
