/** Random changes to training images, as values whose choices are drawn up front. */
@NullMarked
package dev.onecycle.augment;

import org.jspecify.annotations.NullMarked;
