@NullMarked
package dev.onecycle.bench.peers;

import org.jspecify.annotations.NullMarked;
