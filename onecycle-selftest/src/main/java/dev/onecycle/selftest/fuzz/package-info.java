/** Cases with hostile arguments, recipes, model files and weights. */
@NullMarked
package dev.onecycle.selftest.fuzz;

import org.jspecify.annotations.NullMarked;
