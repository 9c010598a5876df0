/**
 * Learning rate and momentum as pure functions of the step: the 1cycle policy, its variants and its
 * rivals.
 */
@NullMarked
package dev.onecycle.schedule;

import org.jspecify.annotations.NullMarked;
