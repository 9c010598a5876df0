/**
 * Opens labelled images, wherever they are and whatever their form: {@link
 * dev.onecycle.data.Datasets}.
 */
@NullMarked
package dev.onecycle.data;

import org.jspecify.annotations.NullMarked;
