/** Measurements of streams of very many images. */
@NullMarked
package dev.onecycle.bench.stream;

import org.jspecify.annotations.NullMarked;
