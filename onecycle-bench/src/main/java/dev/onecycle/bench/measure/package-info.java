/** Statistics of repeated measurements. */
@NullMarked
package dev.onecycle.bench.measure;

import org.jspecify.annotations.NullMarked;
