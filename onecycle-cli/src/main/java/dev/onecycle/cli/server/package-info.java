/** Servers of this machine: what every server checks and says, and the board. */
@NullMarked
package dev.onecycle.cli.server;

import org.jspecify.annotations.NullMarked;
