/** DJL as a peer of {@code bench peers}, with DJL's own blocks, data set, trainer and loop. */
@NullMarked
package dev.onecycle.peer.djl;

import org.jspecify.annotations.NullMarked;
