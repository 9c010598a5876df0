/**
 * The errors that callers can act on, one type a kind, and the checks that word them in one line.
 */
@NullMarked
package dev.onecycle.error;

import org.jspecify.annotations.NullMarked;
