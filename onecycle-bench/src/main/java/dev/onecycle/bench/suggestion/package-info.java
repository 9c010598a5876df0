/** Measures how good the range test's suggestions are as peak rates. */
@NullMarked
package dev.onecycle.bench.suggestion;

import org.jspecify.annotations.NullMarked;
