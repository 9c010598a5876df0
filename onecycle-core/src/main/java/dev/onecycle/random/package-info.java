/** Random streams that depend on what they are for and on nothing else. */
@NullMarked
package dev.onecycle.random;

import org.jspecify.annotations.NullMarked;
