/** The self-test: cases that check the promises about faults on any installation. */
@NullMarked
package dev.onecycle.selftest;

import org.jspecify.annotations.NullMarked;
