/** What a source holds: its splits, labels and origins, without the pixels. */
@NullMarked
package dev.onecycle.data.index;

import org.jspecify.annotations.NullMarked;
