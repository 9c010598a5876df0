/** Groups of cases, their results, and the helpers that cases are written with. */
@NullMarked
package dev.onecycle.selftest.harness;

import org.jspecify.annotations.NullMarked;
