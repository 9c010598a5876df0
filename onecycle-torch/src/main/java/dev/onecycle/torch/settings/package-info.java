/** How a network is trained, as values: optimizer, precision, device, normalization. */
@NullMarked
package dev.onecycle.torch.settings;

import org.jspecify.annotations.NullMarked;
