/** Random changes of training images, drawn up front as values. */
@NullMarked
package dev.onecycle.data.augment;

import org.jspecify.annotations.NullMarked;
