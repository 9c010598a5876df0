/** Helpers that the tests of several modules share. */
@NullMarked
package dev.onecycle.testing;

import org.jspecify.annotations.NullMarked;
