/** Files that are whole or not there: atomic, growing, JSON. */
@NullMarked
package dev.onecycle.run.files;

import org.jspecify.annotations.NullMarked;
