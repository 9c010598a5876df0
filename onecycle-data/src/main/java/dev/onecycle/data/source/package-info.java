/**
 * Sources of images: folders and archives, CIFAR, IDX, named and generated sets. Internal: not part
 * of the API.
 */
@NullMarked
package dev.onecycle.data.source;

import org.jspecify.annotations.NullMarked;
