/** The steps and epochs that a training reports. */
@NullMarked
package dev.onecycle.record;

import org.jspecify.annotations.NullMarked;
