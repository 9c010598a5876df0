/** Helpers for the tests of every module. */
@NullMarked
package dev.onecycle.testing;

import org.jspecify.annotations.NullMarked;
