/** What can go wrong, one type a kind, and the checks that say it in one line. */
@NullMarked
package dev.onecycle.error;

import org.jspecify.annotations.NullMarked;
