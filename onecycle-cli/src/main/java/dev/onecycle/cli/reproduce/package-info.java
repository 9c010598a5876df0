/** The experiments of the sources, repeated over seeds, with a verdict on each claim. */
@NullMarked
package dev.onecycle.cli.reproduce;

import org.jspecify.annotations.NullMarked;
