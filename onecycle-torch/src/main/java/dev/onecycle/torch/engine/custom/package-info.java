/** What a user's own layers are made of: functions of the engine's tensors. */
@NullMarked
package dev.onecycle.torch.engine.custom;

import org.jspecify.annotations.NullMarked;
