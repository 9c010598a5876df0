/** The rules that choose a hyper-parameter from what was tried, each with its reasons. */
@NullMarked
package dev.onecycle.tune;

import org.jspecify.annotations.NullMarked;
