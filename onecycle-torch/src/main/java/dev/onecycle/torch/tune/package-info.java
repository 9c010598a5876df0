/** Tuning by training: range tests, short cycles and batch trials of candidate settings. */
@NullMarked
package dev.onecycle.torch.tune;

import org.jspecify.annotations.NullMarked;
