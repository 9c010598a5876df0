/**
 * Choosing the hyper-parameters beside the learning rate from evidence: sweeps of range tests or
 * short cycles and the rules that read them, the search for a batch size, and what is kept of all
 * that.
 */
@NullMarked
package dev.onecycle.tune;

import org.jspecify.annotations.NullMarked;
