/** The 1cycle policy and the range test for the trainers of DJL. */
@NullMarked
package dev.onecycle.djl;

import org.jspecify.annotations.NullMarked;
