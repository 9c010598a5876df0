/** Predictions of trained models: one sample or many, from any number of threads. */
@NullMarked
package dev.onecycle.torch.predict;

import org.jspecify.annotations.NullMarked;
