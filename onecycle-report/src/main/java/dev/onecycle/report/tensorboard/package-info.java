/** Event files for TensorBoard, with the scalars and figures of a run. */
@NullMarked
package dev.onecycle.report.tensorboard;

import org.jspecify.annotations.NullMarked;
