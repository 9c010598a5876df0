/** Hostile words, recipes and model files, and the answers that they must get. */
@NullMarked
package dev.onecycle.selftest.fuzz;

import org.jspecify.annotations.NullMarked;
