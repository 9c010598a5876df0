/** Random changes of training images, drawn as values before they are applied. */
@NullMarked
package dev.onecycle.data.augment;

import org.jspecify.annotations.NullMarked;
