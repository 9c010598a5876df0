/** Numbers, sizes, names and shell words as text, the same on every machine. */
@NullMarked
package dev.onecycle.text;

import org.jspecify.annotations.NullMarked;
