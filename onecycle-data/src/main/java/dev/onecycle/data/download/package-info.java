/**
 * Downloads of known files: verified, resumed, and renamed when complete. Internal: not part of the
 * API; only the self-test uses it from outside.
 */
@NullMarked
package dev.onecycle.data.download;

import org.jspecify.annotations.NullMarked;
