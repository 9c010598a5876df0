/** Schedules as pure functions of the step, and the policies made of them. */
@NullMarked
package dev.onecycle.schedule;

import org.jspecify.annotations.NullMarked;
