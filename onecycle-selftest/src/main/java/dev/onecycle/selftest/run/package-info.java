/** Cases in which runs are stopped, killed, damaged or starved. */
@NullMarked
package dev.onecycle.selftest.run;

import org.jspecify.annotations.NullMarked;
