/**
 * Labelled images from folders, archives and downloads: {@link dev.onecycle.data.Datasets} opens
 * them. The packages {@code image}, {@code batch} and {@code augment} below are part of the API;
 * the others are internal.
 */
@NullMarked
package dev.onecycle.data;

import org.jspecify.annotations.NullMarked;
