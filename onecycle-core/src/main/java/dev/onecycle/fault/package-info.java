/** Faults that tests put into a running process, at points with names. */
@NullMarked
package dev.onecycle.fault;

import org.jspecify.annotations.NullMarked;
