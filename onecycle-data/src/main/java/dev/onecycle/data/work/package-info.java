/**
 * Work on all cores, locks against other processes, and interrupts. Internal: not part of the API.
 */
@NullMarked
package dev.onecycle.data.work;

import org.jspecify.annotations.NullMarked;
