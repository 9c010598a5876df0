/** The commands. */
@NullMarked
package dev.onecycle.cli;

import org.jspecify.annotations.NullMarked;
