/** The native part of a job on several ranks: tensors that they exchange. */
@NullMarked
package dev.onecycle.torch.engine.group;

import org.jspecify.annotations.NullMarked;
