/** Points at which tests make a program fail. */
@NullMarked
package dev.onecycle.fault;

import org.jspecify.annotations.NullMarked;
