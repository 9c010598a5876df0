/** Starts the command line from the files of the distribution. */
@NullMarked
package dev.onecycle.dist;

import org.jspecify.annotations.NullMarked;
