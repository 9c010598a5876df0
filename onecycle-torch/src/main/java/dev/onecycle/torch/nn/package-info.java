/** Networks as values: layers, and the models made of them. */
@NullMarked
package dev.onecycle.torch.nn;

import org.jspecify.annotations.NullMarked;
