/** Training and prediction of image classifiers on Apache Spark, as stages of Spark ML. */
@NullMarked
package dev.onecycle.spark;

import org.jspecify.annotations.NullMarked;
