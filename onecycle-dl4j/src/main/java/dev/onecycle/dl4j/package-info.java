/** The 1cycle policy and the range test for the networks of Deeplearning4j. */
@NullMarked
package dev.onecycle.dl4j;

import org.jspecify.annotations.NullMarked;
