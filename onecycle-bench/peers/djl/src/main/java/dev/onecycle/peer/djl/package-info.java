/** DJL as a contestant: its own blocks, data set, trainer and loop, in a process of its own. */
@NullMarked
package dev.onecycle.peer.djl;

import org.jspecify.annotations.NullMarked;
