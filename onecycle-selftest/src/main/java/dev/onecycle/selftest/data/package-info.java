/** Hostile and damaged data: what is promised about them, as cases. */
@NullMarked
package dev.onecycle.selftest.data;

import org.jspecify.annotations.NullMarked;
