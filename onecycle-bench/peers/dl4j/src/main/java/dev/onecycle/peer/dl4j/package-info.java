/** DL4J as a peer of {@code bench peers}, with DL4J's own graph and training. */
@NullMarked
package dev.onecycle.peer.dl4j;

import org.jspecify.annotations.NullMarked;
