/** The speed of predictions, here and in other runtimes of the JVM. */
@NullMarked
package dev.onecycle.bench.predict;

import org.jspecify.annotations.NullMarked;
