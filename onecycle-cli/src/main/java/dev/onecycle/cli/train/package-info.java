/** Commands that train: train, resume, demo. */
@NullMarked
package dev.onecycle.cli.train;

import org.jspecify.annotations.NullMarked;
