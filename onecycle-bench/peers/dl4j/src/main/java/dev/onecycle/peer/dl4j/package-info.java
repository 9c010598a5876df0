/** DL4J as a contestant: its own graph and fit, in a process of its own. */
@NullMarked
package dev.onecycle.peer.dl4j;

import org.jspecify.annotations.NullMarked;
