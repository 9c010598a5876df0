/** Starts a command as several processes that train together, and watches over them. */
@NullMarked
package dev.onecycle.cli.launch;

import org.jspecify.annotations.NullMarked;
