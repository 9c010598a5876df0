/** Cases of everyday, hostile, damaged and degenerate data. */
@NullMarked
package dev.onecycle.selftest.data;

import org.jspecify.annotations.NullMarked;
