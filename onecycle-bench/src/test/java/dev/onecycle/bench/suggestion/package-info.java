@NullMarked
package dev.onecycle.bench.suggestion;

import org.jspecify.annotations.NullMarked;
