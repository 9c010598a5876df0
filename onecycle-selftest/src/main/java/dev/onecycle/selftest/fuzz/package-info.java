/** Cases with hostile arguments, recipes and model files. */
@NullMarked
package dev.onecycle.selftest.fuzz;

import org.jspecify.annotations.NullMarked;
