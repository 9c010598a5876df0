/** Image files to pixels, and pixels to thumbnails. */
@NullMarked
package dev.onecycle.data.image.decode;

import org.jspecify.annotations.NullMarked;
