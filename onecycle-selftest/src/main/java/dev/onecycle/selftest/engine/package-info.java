/** Cases with hostile batches, weights, networks and calls, given to a learner by a program. */
@NullMarked
package dev.onecycle.selftest.engine;

import org.jspecify.annotations.NullMarked;
