/** The command line. */
@NullMarked
package dev.onecycle.cli;

import org.jspecify.annotations.NullMarked;
