/** The errors that callers can act on, and the checks that throw them. */
@NullMarked
package dev.onecycle.error;

import org.jspecify.annotations.NullMarked;
