/** Model files: weights with their network, classes and normalization. */
@NullMarked
package dev.onecycle.torch.model;

import org.jspecify.annotations.NullMarked;
