/** Files that are complete or absent: texts, JSON, CSV tables that grow. */
@NullMarked
package dev.onecycle.run.files;

import org.jspecify.annotations.NullMarked;
