/** What TensorBoard shows of a run: its scalars and figures, as an event file. */
@NullMarked
package dev.onecycle.report.tensorboard;

import org.jspecify.annotations.NullMarked;
