/** Files from their official place: checked, resumed, renamed when whole. */
@NullMarked
package dev.onecycle.data.download;

import org.jspecify.annotations.NullMarked;
