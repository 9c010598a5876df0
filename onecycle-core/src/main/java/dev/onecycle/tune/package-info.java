/** The rules that choose hyper-parameters from trials, each with the reason for its choice. */
@NullMarked
package dev.onecycle.tune;

import org.jspecify.annotations.NullMarked;
