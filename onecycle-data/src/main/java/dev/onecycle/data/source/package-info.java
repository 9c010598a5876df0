/** The forms that images come in: folders of images, CIFAR, IDX, named and generated sets. */
@NullMarked
package dev.onecycle.data.source;

import org.jspecify.annotations.NullMarked;
