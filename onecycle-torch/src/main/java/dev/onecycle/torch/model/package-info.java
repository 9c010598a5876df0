/** Model files: weights with what is needed to use them. */
@NullMarked
package dev.onecycle.torch.model;

import org.jspecify.annotations.NullMarked;
