/** The self-test: cases that try on any installation what is promised about faults. */
@NullMarked
package dev.onecycle.selftest;

import org.jspecify.annotations.NullMarked;
