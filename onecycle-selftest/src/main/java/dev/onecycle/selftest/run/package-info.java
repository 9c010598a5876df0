/**
 * What is promised about faults, as cases that any installation can run: {@code onecycle selftest}.
 */
@NullMarked
package dev.onecycle.selftest.run;

import org.jspecify.annotations.NullMarked;
