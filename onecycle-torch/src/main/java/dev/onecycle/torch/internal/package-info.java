/**
 * The native engine behind the public packages; the only one whose signatures name its types.
 *
 * <p>Not part of the API.
 */
@NullMarked
package dev.onecycle.torch.internal;

import org.jspecify.annotations.NullMarked;
