/**
 * Image files to pixels, and pixels to thumbnails. Internal: not part of the API; see {@link
 * dev.onecycle.data.ImageFiles}.
 */
@NullMarked
package dev.onecycle.data.image.decode;

import org.jspecify.annotations.NullMarked;
