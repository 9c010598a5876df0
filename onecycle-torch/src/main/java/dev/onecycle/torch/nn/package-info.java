/** Networks as values: layers that say what they compute, and the models of the sources. */
@NullMarked
package dev.onecycle.torch.nn;

import org.jspecify.annotations.NullMarked;
