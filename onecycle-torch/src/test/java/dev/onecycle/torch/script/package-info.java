@NullMarked
package dev.onecycle.torch.script;

import org.jspecify.annotations.NullMarked;
