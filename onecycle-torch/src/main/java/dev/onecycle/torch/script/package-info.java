/** Networks in TorchScript files, tried in a process of their own before they are used. */
@NullMarked
package dev.onecycle.torch.script;

import org.jspecify.annotations.NullMarked;
