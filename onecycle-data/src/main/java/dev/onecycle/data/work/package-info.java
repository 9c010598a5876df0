/** Reading on all cores: interruptible, locked against other processes, watched. */
@NullMarked
package dev.onecycle.data.work;

import org.jspecify.annotations.NullMarked;
