/** What happened in a run: its events, and the files that keep them. */
@NullMarked
package dev.onecycle.run;

import org.jspecify.annotations.NullMarked;
