@NullMarked
package dev.onecycle.report.tensorboard;

import org.jspecify.annotations.NullMarked;
